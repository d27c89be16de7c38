/* needs: transposed, requantize */
/* A transposed convolution. */
struct transpose_conv {
    struct transposed of;
    struct scaling scaling;
};

static void transpose_conv(const struct transpose_conv *t, const int8_t *in, int8_t *out)
{
    const struct image *o = &t->of.out;

    for (int32_t y = 0; y < o->height; y++)
        for (int32_t x = 0; x < o->width; x++)
            for (int32_t channel = 0; channel < o->channels; channel++) {
                int32_t sum = transposed_sum(&t->of, in, y, x, channel);
                *out++ = requantize(&t->scaling, channel, sum);
            }
}
