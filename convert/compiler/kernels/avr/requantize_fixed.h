/* needs: prologue, fixed_point, by_2_16 */
/* Requantization in fixed point. */
struct scaling {
    const int32_t *multiplier;      /* [channels] */
    const int8_t *shift;            /* [channels] */
    int32_t zero_point, low, high;  /* of the output; the result is within low..high */
};

/* What a channel's outputs need. */
struct factor {
    const struct scaling *scaling;
    int32_t multiplier;
    int8_t shift;
    uint32_t whole; /* of the factor 2^32 times, towards zero; 0: it is not as below */
};

HELPER struct factor factor_of(const struct scaling *s, int32_t channel)
{
    struct factor f = {s, s->multiplier[channel], s->shift[channel], 0};

    if (f.shift <= -8 && f.shift > -16) /* the factor is below 2^-8 */
        f.whole = (uint32_t)f.multiplier >> (uint8_t)(-f.shift - 1);
    return f;
}

/* requantize with the factor of the channel. Both roundings together are within 2^-9 of a half, so
 * the product, which is within 2^-9 of the real one where the sum has 24 bits, decides unless it
 * lies within 2^-7 of a half. */
HELPER int8_t requantize_by(const struct factor *f, int32_t sum)
{
    const struct scaling *s = f->scaling;
    int32_t low = s->low, high = s->high, product = 0, result;

    if (f->whole != 0 && sum >= -0x400000 && sum <= 0x3fffff)
        product = by_2_16(sum, f->whole) + 0x8000; /* 65536 times, and a half */
    if ((uint8_t)((uint8_t)(product >> 8) + 2) <= 3)
        result = scale_fixed(sum, f->multiplier, f->shift);
    else
        result = (int16_t)(product >> 16);
    if (result < -1024 || result > 1024)
        return (int8_t)(result < 0 ? low : high);
    result += s->zero_point;
    return (int8_t)(result < low ? low : result > high ? high : result);
}

__attribute__((unused)) static int8_t requantize(const struct scaling *s, int32_t channel, int32_t sum)
{
    struct factor f = factor_of(s, channel);

    return requantize_by(&f, sum);
}
