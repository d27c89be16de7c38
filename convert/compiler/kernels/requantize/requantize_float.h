/* needs: nothing */
/* Requantization as XNNPACK does it: the sum as float32, times a float32 scale, to the nearest
 * integer, half to even. Done in integers, so that every core gives the same bytes: each of the
 * three roundings below is one rounding of the float computation. */
struct scaling {
    const uint32_t *scale;          /* [channels], the bits of a float32; normal, below 256 */
    int32_t zero_point, low, high;  /* of the output; the result is within low..high */
};

#if defined(__ARM_FP) && (__ARM_FP & 4) && defined(__GNUC__)
/* The same with the core's floating-point unit, which rounds like that by itself. */
static int8_t requantize(const struct scaling *s, int32_t channel, int32_t sum)
{
    int32_t low = s->low - s->zero_point, high = s->high - s->zero_point, result;
    float scale;

    __asm("vldr %0, [%1]" : "=t"(scale) : "r"(s->scale + channel), "m"(s->scale[channel]));
    scale *= (float)sum;
    __asm("vcvtr.s32.f32 %0, %1" : "=t"(scale) : "t"(scale)); /* saturates */
    __asm("vmov %0, %1" : "=r"(result) : "t"(scale));
    result = result < low ? low : result > high ? high : result;
    return (int8_t)(result + s->zero_point);
}
#else
/* value / 2^bits to the nearest, half to even; bits is 0 to 63. */
static uint64_t round_even(uint64_t value, int32_t bits)
{
    uint64_t half, rest;

    if (bits == 0)
        return value;
    half = (uint64_t)1 << (bits - 1);
    rest = value & (2 * half - 1);
    value >>= bits;
    return value + (rest > half || (rest == half && (value & 1) != 0));
}

/* How many bits of value stick out above the 24 that a float32 holds; value is below 2^56. */
static int32_t excess(uint64_t value)
{
    int32_t bits = 0;

    for (uint32_t above = (uint32_t)(value >> 24); above != 0; above >>= 1)
        bits++;
    return bits;
}

static int32_t scale_exactly(uint32_t scale, int32_t sum)
{
    uint64_t value = sum < 0 ? 0 - (uint64_t)sum : (uint64_t)sum;
    int32_t shift = 150 - (int32_t)(scale >> 23); /* scale = mantissa / 2^shift */
    int32_t drop, result;

    drop = excess(value); /* the sum as float32 */
    value = round_even(value, drop);
    shift -= drop;
    value *= (scale & 0x7fffffu) | 0x800000u; /* times the scale, as float32 */
    drop = excess(value);
    value = round_even(value, drop);
    shift -= drop;
    if (value == 0 || shift > 25) /* to an integer; 2^24 / 2^26 is below a half */
        value = 0;
    else if (shift <= 0)
        value = 1024; /* beyond any int8 */
    else
        value = round_even(value, shift);
    result = value > 1024 ? 1024 : (int32_t)value;
    return sum < 0 ? -result : result;
}

/* Most sums need only one short multiplication, of the sum and the mantissa cut to 16 bits each:
 * that is within 3/256 of the product where it is below 256, and decides unless it lies within
 * 4/256 of a half. Sums too large for it are beyond any int8, whatever the zero point. */
#define REQUANTIZE_SHORTLY /* whoever has many sums of a channel may do what requantize does */
struct factor {
    uint32_t scale;
    int32_t drop;      /* bits of the sum that are cut off; above 30: the factor is too small */
    int32_t mantissa;
    int32_t rest;      /* bits of the product behind 1/32 */
    int32_t half;      /* 1/2 and 4/256, and half of what is cut off */
};

static inline struct factor factor_of(uint32_t scale)
{
    struct factor f;
    int32_t shift = 150 - (int32_t)(scale >> 23); /* scale = mantissa / 2^shift */

    f.scale = scale;
    f.drop = shift < 24 ? 31 : shift > 30 ? shift - 30 : 0;
    f.mantissa = (int32_t)(((scale & 0x7fffffu) + 0x800080u) >> 8);
    f.rest = (shift > 30 ? 30 : shift) - 13;
    f.half = f.drop > 0 ? f.mantissa >> 1 : 0;
    if (f.drop <= 30)
        f.half += ((int32_t)33 << f.rest) >> 1;
    return f;
}

/* sum * scale to the nearest integer, or something beyond any int8. */
static inline int32_t scale_shortly(struct factor f, int32_t sum)
{
    int32_t kept = sum >> f.drop, product;

    if ((uint32_t)kept + 32640 > 65280)
        return sum < 0 ? -1024 : 1024;
    product = (kept * f.mantissa + f.half) >> f.rest;
    return product % 32 == 0 ? scale_exactly(f.scale, sum) : product >> 5;
}

/* requantize with the factor of the channel. */
static inline int8_t requantize_by(const struct scaling *s, struct factor f, int32_t sum)
{
    int32_t result = f.drop > 30 ? scale_exactly(f.scale, sum) : scale_shortly(f, sum);

    result += s->zero_point;
    return (int8_t)(result < s->low ? s->low : result > s->high ? s->high : result);
}

static int8_t requantize(const struct scaling *s, int32_t channel, int32_t sum)
{
    return requantize_by(s, factor_of(s->scale[channel]), sum);
}
#endif

#if defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 2)
#include <arm_mve.h>
#define REQUANTIZE_FOUR

/* Four channels at once, from `channel` on. */
static inline void requantize_four(const struct scaling *s, int32_t channel, int32x4_t sums,
                                   int8_t *out)
{
    float32x4_t scale = vreinterpretq_f32_u32(vld1q_u32(s->scale + channel));
    int32x4_t result = vcvtnq_s32_f32(vmulq_f32(vcvtq_f32_s32(sums), scale)); /* saturates */

    result = vmaxq_s32(result, vdupq_n_s32(s->low - s->zero_point));
    result = vminq_s32(result, vdupq_n_s32(s->high - s->zero_point));
    vstrbq_s32(out, vaddq_n_s32(result, s->zero_point));
}
#endif
