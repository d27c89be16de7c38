/* needs: element */
/* Real numbers to the nearest step, half away from zero; what is beyond the type to its end. */
struct quantize_away {
    int32_t count;
    int32_t to;                /* type, as element.h has it */
    float scale;               /* of the output */
    int32_t low, high;         /* steps */
    int32_t zero_point;
};

static void quantize_away(const struct quantize_away *q, const int8_t *in, int8_t *out)
{
    const arena_float *from = (const arena_float *)(const void *)in;

    for (int32_t i = 0; i < q->count; i++) {
        volatile float steps = from[i] / q->scale;
        float low = (float)q->low, high = (float)q->high;
        float within = steps > low ? steps < high ? steps : high : low; /* low for what is none */
        int32_t whole = (int32_t)within;
        float rest = within - (float)whole;

        whole += rest >= 0.5f ? 1 : rest <= -0.5f ? -1 : 0;
        put_element(out, q->to, i, whole + q->zero_point);
    }
}
