/* needs: prologue, dot, requantize */
/* A dense layer. */
struct dense {
    int32_t inputs, outputs;
    const int8_t *weights;  /* [outputs, inputs] */
    const int32_t *bias;    /* [outputs], with the input's zero point folded in */
    struct scaling scaling;
};

NO_LIBC static void dense(const struct dense *d, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < d->outputs; i++) {
        int32_t sum = d->bias[i] + dot(d->weights + i * d->inputs, in, d->inputs);
        out[i] = requantize(&d->scaling, i, sum);
    }
}
