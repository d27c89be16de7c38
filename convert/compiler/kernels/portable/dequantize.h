/* needs: element */
/* Stored numbers as real ones. */
struct dequantize {
    int32_t count;
    int32_t from;        /* type, as element.h has it */
    int32_t zero_point;
    float scale;
};

static void dequantize(const struct dequantize *d, const int8_t *in, int8_t *out)
{
    arena_float *to = (arena_float *)(void *)out;

    for (int32_t i = 0; i < d->count; i++)
        to[i] = (float)(get_element(in, d->from, i) - d->zero_point) * d->scale;
}
