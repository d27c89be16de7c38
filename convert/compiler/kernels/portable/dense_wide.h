/* needs: wide, requantize_wide */
/* A dense layer on activations of 1 or 2 bytes. */
struct dense_wide {
    int32_t inputs, outputs;
    int32_t width;          /* bytes of an activation */
    const int8_t *weights;  /* [outputs, inputs] */
    const int64_t *bias;    /* [outputs], with the input's zero point folded in */
    struct wide_scaling scaling;
};

static void dense_wide(const struct dense_wide *d, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < d->outputs; i++) {
        int64_t sum = d->bias[i] + dot_wide(d->weights + i * d->inputs, in, d->width, d->inputs);
        put_element(out, d->width, i, requantize_wide(&d->scaling, i, sum));
    }
}
