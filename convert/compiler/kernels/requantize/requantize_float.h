/* needs: prologue */
/* Requantization as XNNPACK does it: the sum as float32, times a float32 scale, to the nearest
 * integer, half to even. Done in integers, so that every core gives the same bytes: each of the
 * three roundings below is one rounding of the float computation. */
struct scaling {
    const uint32_t *scale;          /* [channels], the bits of a float32; normal, below 256 */
    int32_t zero_point, low, high;  /* of the output; the result is within low..high */
};

#if defined(__ARM_FP) && (__ARM_FP & 4) && defined(__GNUC__)
/* What a channel's outputs need, in registers. */
struct factor {
    float scale;
    int32_t zero_point, low, high;
    int narrow; /* whether low..high is less than an int8 */
};

HELPER struct factor factor_of(const struct scaling *s, int32_t channel)
{
    struct factor f = {0.0f, s->zero_point, s->low, s->high, s->low > -128 || s->high < 127};

    __asm("vmov %0, %1" : "=t"(f.scale) : "r"(s->scale[channel]));
    return f;
}

/* To the nearest integer, and to the output's range. */
HELPER int8_t rounded(struct factor f, float scaled)
{
    int32_t result;

    __asm("vcvtr.s32.f32 %0, %0" : "+t"(scaled)); /* saturates */
    __asm("vmov %0, %1" : "=r"(result) : "t"(scaled));
#if defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_SAT)
    __asm("qadd %0, %0, %1" : "+r"(result) : "r"(f.zero_point));
    __asm("ssat %0, #8, %0" : "+r"(result));
    if (!f.narrow)
        return (int8_t)result;
#else
    result = result < -1024 ? -1024 : result > 1024 ? 1024 : result;
    result += f.zero_point;
#endif
    return (int8_t)(result < f.low ? f.low : result > f.high ? f.high : result);
}

/* The same with the core's floating-point unit, which rounds like that by itself. */
HELPER int8_t requantize_by(struct factor f, int32_t sum)
{
    return rounded(f, f.scale * (float)sum);
}

/* Of a sum in 256ths, a multiple of 256. */
HELPER int8_t requantize_256ths(struct factor f, const int32_t *sum)
{
    float value;

    __asm("vldr %0, %1" : "=t"(value) : "Uv"(*sum));
    __asm("vcvt.f32.s32 %0, %0, #8" : "+t"(value));
    return rounded(f, f.scale * value);
}

HELPER int8_t requantize(const struct scaling *s, int32_t channel, int32_t sum)
{
    return requantize_by(factor_of(s, channel), sum);
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

/* How many bits of value stick out above the 24 that a float32 holds. */
static int32_t excess(uint64_t value)
{
    int32_t bits = 0;

    while (value >> bits >= (uint64_t)1 << 24)
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

/* Most sums need only one short multiplication, of the sum and the mantissa cut to 16 bits: that is
 * within 3/128 of the product where it is below 256, and decides unless it lies as close to a half.
 * Sums too large for it are beyond any int8, whatever the zero point. */
static int8_t requantize(const struct scaling *s, int32_t channel, int32_t sum)
{
    uint32_t scale = s->scale[channel];
    int32_t shift = 150 - (int32_t)(scale >> 23); /* scale = mantissa / 2^shift */
    int32_t drop = shift > 30 ? shift - 30 : 0, rest = shift - drop - 8, kept, result;

    if (shift < 24 || drop > 30) {
        result = scale_exactly(scale, sum);
    } else if ((kept = sum >> drop) >= 32640 || kept <= -32640) {
        result = sum < 0 ? -1024 : 1024;
    } else {
        int32_t product = kept * (int32_t)((scale & 0x7fffffu) >> 8 | 0x8000u);
        int32_t half = (int32_t)1 << (rest - 1), margin = half >> 4;
        int32_t from_half = (product & (2 * half - 1)) - half;

        result = (product + half) >> rest;
        if (from_half < margin && from_half > -margin)
            result = scale_exactly(scale, sum);
    }
    result += s->zero_point;
    return (int8_t)(result < s->low ? s->low : result > s->high ? s->high : result);
}

/* What a channel's outputs need. */
struct factor {
    const struct scaling *scaling;
    int32_t channel;
};

HELPER struct factor factor_of(const struct scaling *s, int32_t channel)
{
    struct factor f = {s, channel};

    return f;
}

HELPER int8_t requantize_by(struct factor f, int32_t sum)
{
    return requantize(f.scaling, f.channel, sum);
}

/* Of a sum in 256ths, a multiple of 256. */
HELPER int8_t requantize_256ths(struct factor f, const int32_t *sum)
{
    return requantize_by(f, *sum >> 8);
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
