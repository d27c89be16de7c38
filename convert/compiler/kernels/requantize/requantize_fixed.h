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

HELPER int8_t requantize_by(struct factor f, int32_t sum)
{
    return requantize(f.scaling, f.channel, sum);
}

/* Of a sum in 256ths, a multiple of 256. */
HELPER int8_t requantize_256ths(struct factor f, const int32_t *sum)
{
    return requantize_by(f, *sum >> 8);
}

/* For sums that are 2^bits times what they stand for, and multiples of that. */
HELPER struct factor factor_of_parts(const struct scaling *s, int32_t channel, int32_t bits)
{
    (void)bits;
    return factor_of(s, channel);
}

HELPER int8_t requantize_parts(struct factor f, int32_t sum, int32_t bits)
{
    return requantize_by(f, sum >> bits);
}

/* Whether outputs may be any int8, and what then need not look. Here it makes no difference. */
HELPER int is_free(const struct scaling *s)
{
    (void)s;
    return 1;
}

HELPER int32_t free_by(struct factor f, int32_t sum)
{
    return requantize_by(f, sum);
}

HELPER int32_t free_256ths(struct factor f, const int32_t *sum)
{
    return requantize_256ths(f, sum);
}

HELPER int32_t free_parts(struct factor f, int32_t sum, int32_t bits)
{
    return requantize_parts(f, sum, bits);
}
