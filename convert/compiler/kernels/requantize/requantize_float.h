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
#endif
