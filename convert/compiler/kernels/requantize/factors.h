/* needs: requantize */
/* What else kernels ask of a factor, where the sum is not multiplied as a float. */
#if !defined(FACTORS_ARE_FLOATS)
/* Of a sum in 256ths, a multiple of 256. */
HELPER int8_t requantize_256ths(const struct factor *f, const int32_t *sum)
{
    return requantize_by(f, *sum >> 8);
}

/* For sums that are 2^bits times what they stand for, and multiples of that. */
HELPER struct factor factor_of_parts(const struct scaling *s, int32_t channel, int32_t bits)
{
    (void)bits;
    return factor_of(s, channel);
}

HELPER int8_t requantize_parts(const struct factor *f, int32_t sum, int32_t bits)
{
    return requantize_by(f, sum >> bits);
}

/* Whether outputs may be any int8, and what then need not look. Here it makes no difference. */
HELPER int is_free(const struct scaling *s)
{
    (void)s;
    return 1;
}

HELPER int32_t free_by(const struct factor *f, int32_t sum)
{
    return requantize_by(f, sum);
}

HELPER int32_t free_parts(const struct factor *f, int32_t sum, int32_t bits)
{
    return requantize_parts(f, sum, bits);
}
#endif
