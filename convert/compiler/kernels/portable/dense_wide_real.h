/* needs: wide, requantize_double */
/* A dense layer on 16-bit activations whose sums are requantized in double precision. */
struct dense_wide_real {
    int32_t inputs, outputs;
    int32_t width;          /* bytes of an activation */
    const int8_t *weights;  /* [outputs, inputs] */
    const int64_t *bias;    /* [outputs] */
    struct real_scaling scaling;
};

static void dense_wide_real(const struct dense_wide_real *d, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < d->outputs; i++) {
        int64_t sum = d->bias[i] + dot_wide(d->weights + i * d->inputs, in, d->width, d->inputs);
        put_element(out, d->width, i, requantize_real(&d->scaling, i, (double)sum));
    }
}
