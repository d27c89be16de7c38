/* needs: prologue, fixed_point */
/* Requantization in fixed point. */
struct scaling {
    const int32_t *multiplier;      /* [channels] */
    const int8_t *shift;            /* [channels] */
    int32_t zero_point, low, high;  /* of the output; the result is within low..high */
};

__attribute__((unused)) static int8_t requantize(const struct scaling *s, int32_t channel, int32_t sum)
{
    int64_t result = scale_fixed(sum, s->multiplier[channel], s->shift[channel]);

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

HELPER int8_t requantize_by(const struct factor *f, int32_t sum)
{
    return requantize(f->scaling, f->channel, sum);
}
