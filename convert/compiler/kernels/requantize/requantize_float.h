/* needs: prologue */
/* Requantization as XNNPACK does it: the sum as float32, times a float32 scale, to the nearest
 * integer, half to even. Done in integers, so that every core gives the same bytes: each of the
 * three roundings below is one rounding of the float computation. */
struct scaling {
    const uint32_t *scale;          /* [channels], the bits of a float32; normal, below 256 */
    int32_t zero_point, low, high;  /* of the output; the result is within low..high */
};

#if defined(__arm__) && defined(__ARM_FP) && (__ARM_FP & 4) && defined(__GNUC__)
#if defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_SAT) && !defined(__clang__)
#define REQUANTIZE_IN_ASSEMBLY
#endif
#define FACTORS_ARE_FLOATS

/* What a channel's outputs need, in registers. */
struct factor {
    float scale;
    int32_t zero_point, low, high;
    int narrow; /* whether low..high is less than an int8 */
};

/* Of a channel. */
HELPER struct factor factor_of(const struct scaling *s, int32_t channel)
{
    struct factor f = {0.0f, s->zero_point, s->low, s->high, s->low > -128 || s->high < 127};

    __asm("vldr %0, %1" : "=t"(f.scale) : "Uv"(s->scale[channel]));
    return f;
}

HELPER int32_t nearest_integer(float value)
{
    int32_t result;

    __asm("vcvtr.s32.f32 %0, %0" : "+t"(value)); /* saturates */
    __asm("vmov %0, %1" : "=r"(result) : "t"(value));
    return result;
}

/* To the nearest integer, and to an int8. */
HELPER int32_t saturated(const struct factor *f, float scaled)
{
    int32_t result = nearest_integer(scaled);

#if defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_SAT)
    __asm("qadd %0, %0, %1" : "+r"(result) : "r"(f->zero_point));
    __asm("ssat %0, #8, %0" : "+r"(result));
    return result;
#else
    result = result < -1024 ? -1024 : result > 1024 ? 1024 : result;
    result += f->zero_point;
    return result < -128 ? -128 : result > 127 ? 127 : result;
#endif
}

HELPER int8_t rounded(const struct factor *f, float scaled)
{
    int32_t result = saturated(f, scaled);

    if (!f->narrow)
        return (int8_t)result;
    return (int8_t)(result < f->low ? f->low : result > f->high ? f->high : result);
}

/* With the core's floating-point unit, which rounds like that by itself. */
HELPER int8_t requantize_by(const struct factor *f, int32_t sum)
{
    return rounded(f, f->scale * (float)sum);
}

HELPER float whole_256ths(const int32_t *sum)
{
    float value;

    __asm("vldr %0, %1" : "=t"(value) : "Uv"(*sum));
    __asm("vcvt.f32.s32 %0, %0, #8" : "+t"(value));
    return value;
}

/* Of a sum in 256ths, a multiple of 256. */
HELPER int8_t requantize_256ths(const struct factor *f, const int32_t *sum)
{
    return rounded(f, f->scale * whole_256ths(sum));
}

/* Whether outputs may be any int8. Then the functions below do, which need not look. */
HELPER int is_free(const struct scaling *s)
{
    return s->low == -128 && s->high == 127;
}

HELPER int32_t free_by(const struct factor *f, int32_t sum)
{
    return saturated(f, f->scale * (float)sum);
}

/* For sums that are 2^bits times what they stand for, and multiples of that. */
HELPER struct factor factor_of_parts(const struct scaling *s, int32_t channel, int32_t bits)
{
    struct factor f = factor_of(s, channel);

    f.scale *= 1.0f / (float)((int32_t)1 << bits); /* exact, as far as anything but 0 comes out */
    return f;
}

HELPER int8_t requantize_parts(const struct factor *f, int32_t sum, int32_t bits)
{
    (void)bits;
    return requantize_by(f, sum);
}

HELPER int32_t free_parts(const struct factor *f, int32_t sum, int32_t bits)
{
    (void)bits;
    return free_by(f, sum);
}

HELPER int8_t requantize(const struct scaling *s, int32_t channel, int32_t sum)
{
    int32_t low = s->low - s->zero_point, high = s->high - s->zero_point;
    int32_t result = nearest_integer(factor_of(s, channel).scale * (float)sum);

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
#define REQUANTIZE_SHORTLY
struct factor {
    const struct scaling *scaling;
    uint32_t scale;
    int32_t drop;      /* bits of the sum that are cut off; above 30: the factor is too small */
    int32_t mantissa;
    int32_t rest;      /* bits of the product behind 1/32 */
    int32_t half;      /* 1/2 and 4/256, and half of what is cut off */
};

HELPER struct factor factor_of(const struct scaling *s, int32_t channel)
{
    struct factor f;
    uint32_t scale = s->scale[channel];
    int32_t shift = 150 - (int32_t)(scale >> 23); /* scale = mantissa / 2^shift */

    f.scaling = s;
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
static inline int32_t scale_shortly(const struct factor *f, int32_t sum)
{
    int32_t kept = sum >> f->drop, product;

    if ((uint32_t)kept + 32640 > 65280)
        return sum < 0 ? -1024 : 1024;
    product = (kept * f->mantissa + f->half) >> f->rest;
    return product % 32 == 0 ? scale_exactly(f->scale, sum) : product >> 5;
}

/* requantize with the factor of the channel. */
HELPER int8_t requantize_by(const struct factor *f, int32_t sum)
{
    const struct scaling *s = f->scaling;
    int32_t result = f->drop > 30 ? scale_exactly(f->scale, sum) : scale_shortly(f, sum);

    result += s->zero_point;
    return (int8_t)(result < s->low ? s->low : result > s->high ? s->high : result);
}

HELPER int8_t requantize(const struct scaling *s, int32_t channel, int32_t sum)
{
    struct factor f = factor_of(s, channel);

    return requantize_by(&f, sum);
}
#endif
