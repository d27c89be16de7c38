/* needs: numbers */
/* Stored numbers to real ones. The output may lie over the input, if it begins so far before it
 * that it never overtakes. */
struct dequantize {
    int32_t count, type;  /* the input's type is NUMBER_... */
    int32_t zero_point;
    float scale;
};

static void dequantize(const struct dequantize *d, const int8_t *in, int8_t *out)
{
    arena_float *real = (arena_float *)(void *)out;

    for (int32_t i = 0; i < d->count; i++)
        real[i] = (float)(load_number(in, d->type, i) - d->zero_point) * d->scale;
}
