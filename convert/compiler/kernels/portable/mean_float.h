/* needs: mean */
/* The mean as XNNPACK does it: in float32. */
struct mean_float {
    struct mean mean;
    int32_t outputs;
    float scale, bias;
};

static void mean_float(const struct mean_float *m, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < m->outputs; i++) {
        /* volatile: the product is rounded before the sum, never fused with it */
        volatile float product = (float)mean_sum(&m->mean, in, i) * m->scale;
        volatile float value = product + m->bias;
        float bounded = value < -128.0f ? -128.0f : value > 127.0f ? 127.0f : value;
        volatile float shifted = bounded + 12582912.0f; /* 1.5 * 2^23: rounds half to even */
        out[i] = (int8_t)(shifted - 12582912.0f);
    }
}
