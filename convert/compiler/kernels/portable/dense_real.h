/* needs: dot, requantize_double */
/* A dense layer whose sums are requantized in double precision. */
struct dense_real {
    int32_t inputs, outputs;
    const int8_t *weights;  /* [outputs, inputs] */
    const int32_t *bias;    /* [outputs], with the input's zero point folded in */
    struct real_scaling scaling;
};

static void dense_real(const struct dense_real *d, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < d->outputs; i++) {
        int32_t sum = d->bias[i] + dot(d->weights + i * d->inputs, in, d->inputs);
        out[i] = (int8_t)requantize_real(&d->scaling, i, (double)sum);
    }
}
