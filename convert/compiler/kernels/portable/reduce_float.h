/* needs: reduce */
/* Sums and means as XNNPACK has them: in float32. */
struct reduce_float {
    struct reduce reduce;
    float scale, bias;
};

static void reduce_float(const struct reduce_float *r, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < r->reduce.outputs; i++) {
        /* volatile: the product is rounded before the sum, never fused with it */
        volatile float product = (float)reduce_sum(&r->reduce, in, i) * r->scale;
        volatile float value = product + r->bias;
        float bounded = value < -128.0f ? -128.0f : value > 127.0f ? 127.0f : value;
        volatile float shifted = bounded + 12582912.0f; /* 1.5 * 2^23: rounds half to even */
        out[i] = (int8_t)(shifted - 12582912.0f);
    }
}
