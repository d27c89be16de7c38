/* needs: fixed_point, limits, reduce */
/* Sums and means, requantized in fixed point; a mean's division is part of the multiplier. */
struct reduce_fixed {
    struct reduce reduce;
    int32_t bias;  /* count * the input's zero point */
    int32_t multiplier, shift;
    struct limits limits;
};

static void reduce_fixed(const struct reduce_fixed *r, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < r->reduce.outputs; i++) {
        int32_t value = reduce_sum(&r->reduce, in, i) - r->bias;
        out[i] = (int8_t)limited(&r->limits, scale_fixed(value, r->multiplier, r->shift));
    }
}
