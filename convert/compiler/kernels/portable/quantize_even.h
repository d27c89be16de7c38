/* needs: element */
/* Real numbers to the nearest step, half to even; what is beyond the type to its end. */
struct quantize_even {
    int32_t count;
    int32_t to;                /* type, as element.h has it */
    float scale;               /* 1 / the output's scale */
    int32_t low, high;         /* steps */
    int32_t zero_point;
};

static void quantize_even(const struct quantize_even *q, const int8_t *in, int8_t *out)
{
    const arena_float *from = (const arena_float *)(const void *)in;

    for (int32_t i = 0; i < q->count; i++) {
        /* volatile: every step is rounded to float32, none is fused with the next */
        volatile float steps = from[i] * q->scale;
        float low = (float)q->low, high = (float)q->high;
        float within = steps > low ? steps < high ? steps : high : low; /* low for what is none */
        volatile float shifted = within + 12582912.0f; /* 1.5 * 2^23: rounds half to even */

        put_element(out, q->to, i, (int32_t)(shifted - 12582912.0f) + q->zero_point);
    }
}
