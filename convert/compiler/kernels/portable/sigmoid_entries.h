/* needs: types, sigmoid_table */
/* Sigmoid or hyperbolic tangent of int16 between the entries of a table. In place is fine. */
struct sigmoid_entries {
    int32_t count;
    int32_t is_tanh;
    const uint16_t *entries;          /* [256] */
    int32_t multiplier, half, shift;  /* input steps to the table's: multiplier / 2^shift */
};

static void sigmoid_entries(const struct sigmoid_entries *s, const arena_int16 *in,
                            arena_int16 *out)
{
    for (int32_t i = 0; i < s->count; i++) {
        int32_t steps = floor_shift(in[i] * s->multiplier + s->half, s->shift);

        out[i] = (int16_t)(s->is_tanh ? tanh_steps(s->entries, steps)
                                      : logistic_steps(s->entries, steps));
    }
}
