/* needs: transposed, requantize_wide */
/* A transposed convolution that XNNPACK leaves to the other kernels. */
struct transpose_conv_fixed {
    struct transposed of;
    struct wide_scaling scaling;
};

static void transpose_conv_fixed(const struct transpose_conv_fixed *t, const int8_t *in, int8_t *out)
{
    const struct image *o = &t->of.out;

    for (int32_t y = 0; y < o->height; y++)
        for (int32_t x = 0; x < o->width; x++)
            for (int32_t channel = 0; channel < o->channels; channel++) {
                int32_t sum = transposed_sum(&t->of, in, y, x, channel);
                *out++ = (int8_t)requantize_wide(&t->scaling, channel, sum);
            }
}
