/* needs: prologue, vector, plain_mac, store_pair, copies */
/* A dense layer, 2 * LANES outputs at a time. */
struct dense_lanes {
    int32_t inputs, outputs;
    int32_t units;          /* of TAPS inputs */
    const int8_t *weights;  /* [outputs / LANES][units][TAPS, LANES], as vector.h says */
    const int32_t *bias;    /* [outputs, to 2 * LANES], with the input's zero point folded in; on
                             * x86 the same again for inputs that are 128 more */
    struct scaling scaling;
};

static void dense_lanes(const struct dense_lanes *d, const int8_t *in, int8_t *out, int8_t *scratch)
{
    int32_t next = d->units * UNIT;

    fill_freely(scratch + d->inputs / TAPS * TAPS * ELEMENT, 0, SLACK); /* to whole units */
    lay_taps(in, d->inputs, scratch);
    for (int32_t i = 0; i < d->outputs; i += PAIR) {
        struct finish finish = finish_of(&d->scaling, i);
        const int32_t *bias = BIAS(d->bias, d->outputs, i);
        parts a = start_parts(load_lanes(bias)), b = start_parts(load_lanes(bias + LANES));
        const int8_t *w = d->weights + i * d->units * TAPS, *x = scratch;
        int32_t second = i + LANES < d->outputs ? next : 0; /* nothing is behind the last ones */

        for (int32_t unit = 0; unit < d->units; unit++, w += UNIT, x += TAPS * ELEMENT) {
            a = mac_unit(a, w, x);
            b = mac_unit(b, w + second, x);
        }
        store_pair(&finish, whole_lanes(a), whole_lanes(b), d->outputs - i, out + i);
    }
}
