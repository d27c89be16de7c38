/* needs: fixed_point, mean */
/* The mean, requantized in fixed point; the division by the count is part of the multiplier. */
struct mean_fixed {
    struct mean mean;
    int32_t outputs;
    int32_t bias;  /* count * the input's zero point */
    int32_t multiplier, shift, zero_point;
};

static void mean_fixed(const struct mean_fixed *m, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < m->outputs; i++) {
        int32_t value = mean_sum(&m->mean, in, i) - m->bias;
        value = scale_fixed(value, m->multiplier, m->shift) + m->zero_point;
        out[i] = (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
    }
}
