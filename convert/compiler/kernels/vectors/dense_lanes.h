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

/* x: the inputs, laid out, to whole units; `line` has room for the last ones. */
static void lay_inputs(const struct dense_lanes *d, const int8_t *in, int8_t *x, int8_t *line)
{
    int32_t whole = d->inputs / TAPS * TAPS;

    lay_one(in, whole / 4, x);
    if (whole < d->inputs) {
        fill_freely(line, 0, SLACK);
        copy_bytes(line, in + whole, d->inputs - whole);
        lay_one(line, TAPS / 4, x + whole / 4 * ONE);
    }
}

static void dense_lanes(const struct dense_lanes *d, const int8_t *in, int8_t *out, int8_t *scratch)
{
    int8_t *laid = scratch + SLACK;
    int32_t next = d->units * TAPS * LANES;

    lay_inputs(d, in, laid, scratch);
    for (int32_t i = 0; i < d->outputs; i += PAIR) {
        struct finish finish = finish_of(&d->scaling, i);
        const int32_t *bias = BIAS(d->bias, d->outputs, i);
        parts a = start_parts(load_lanes(bias)), b = start_parts(load_lanes(bias + LANES));
        const int8_t *w = d->weights + i * d->units * TAPS, *x = laid;
        int32_t second = i + LANES < d->outputs ? next : 0; /* nothing is behind the last ones */

        for (int32_t unit = 0; unit < d->units; unit++, w += TAPS * LANES, x += TAPS / 4 * ONE) {
            a = MAC_ONE(a, w, x);
            b = MAC_ONE(b, w + second, x);
        }
        store_pair(&finish, whole_lanes(a), whole_lanes(b), d->outputs - i, out + i);
    }
}
