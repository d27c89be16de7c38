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
    int16_t channel;
    int16_t zero_point, low, high;
    uint32_t whole; /* of the factor 2^32 times, towards zero; 0: it is not as below */
};

/* Of any channel, until one is chosen. */
HELPER struct factor factor_of_any(const struct scaling *s)
{
    struct factor f = {s, 0, (int16_t)s->zero_point, (int16_t)s->low, (int16_t)s->high, 0};

    return f;
}

HELPER struct factor factor_of(const struct scaling *s, int32_t channel)
{
    struct factor f = factor_of_any(s);
    int8_t shift = s->shift[channel];

    f.channel = (int16_t)channel;
    if (shift <= -8 && shift > -16) /* the factor is below 2^-8 */
        f.whole = (uint32_t)s->multiplier[channel] >> (uint8_t)(-shift - 1);
    return f;
}

/* scale_fixed, a function of its own, which is seldom called and needs every register. */
APART static int32_t scale_exactly(const struct scaling *s, int16_t channel, int32_t sum)
{
    return scale_fixed(sum, s->multiplier[channel], s->shift[channel]);
}

HELPER int8_t within(const struct factor *f, int32_t result)
{
    result += f->zero_point;
    return (int8_t)(result < f->low ? f->low : result > f->high ? f->high : result);
}

/* requantize with the factor of the channel. Both roundings together are within 2^-9 of a half, so
 * the product, which is within 2^-9 of the real one where the sum has 23 bits, decides unless it
 * lies within 2^-7 of a half. */
static int8_t requantize_by(const struct factor *f, int32_t sum)
{
    uint16_t above = (uint16_t)((uint32_t)sum >> 16);
    int32_t product = 0;

    if (f->whole != 0 && (uint16_t)(above + 0x40) < 0x80)
        product = by_2_16(sum, f->whole) + 0x8000; /* 65536 times, and a half */
    if ((uint8_t)((uint8_t)(product >> 8) + 2) <= 3)
        return within(f, scale_exactly(f->scaling, f->channel, sum));
    return within(f, (int16_t)(product >> 16));
}

__attribute__((unused)) static int8_t requantize(const struct scaling *s, int32_t channel, int32_t sum)
{
    struct factor f = factor_of(s, channel);

    return requantize_by(&f, sum);
}
