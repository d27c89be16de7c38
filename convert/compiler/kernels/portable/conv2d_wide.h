/* needs: prologue, window, wide, requantize_wide */
/* A convolution on activations of 1 or 2 bytes. */
struct conv2d_wide {
    struct image in, out;
    struct window window;
    int32_t groups;         /* of channels; outputs see the inputs of their group alone */
    int32_t width;          /* bytes of an activation */
    const int8_t *weights;  /* [out.channels, window.height, window.width, in.channels / groups] */
    const int64_t *bias;    /* [out.channels], with the input's zero point folded in */
    int32_t zero_point;     /* of the input: what padding holds */
    struct wide_scaling scaling;
};

/* Copy what the window covers at (y, x) of the output, of one group, into patch. */
NO_LIBC static void gather_wide(const struct conv2d_wide *c, const int8_t *in, int32_t y,
                                int32_t x, int32_t group, int8_t *patch)
{
    const struct window *w = &c->window;
    int32_t channels = c->in.channels / c->groups, count = 0;

    for (int32_t ky = 0; ky < w->height; ky++) {
        int32_t row = y * w->stride_y - w->top + ky * w->dilation_y;
        for (int32_t kx = 0; kx < w->width; kx++) {
            int32_t column = x * w->stride_x - w->left + kx * w->dilation_x;
            int outside = row < 0 || row >= c->in.height || column < 0 || column >= c->in.width;
            int32_t at = (row * c->in.width + column) * c->in.channels + group * channels;
            for (int32_t i = 0; i < channels; i++)
                put_element(patch, c->width, count++,
                            outside ? c->zero_point : element(in, c->width, at + i));
        }
    }
}

static void conv2d_wide(const struct conv2d_wide *c, const int8_t *in, int8_t *out, int8_t *patch)
{
    int32_t taps = c->window.height * c->window.width * (c->in.channels / c->groups);
    int32_t filters = c->out.channels / c->groups, at = 0;

    for (int32_t y = 0; y < c->out.height; y++) {
        for (int32_t x = 0; x < c->out.width; x++) {
            for (int32_t channel = 0; channel < c->out.channels; channel++) {
                int64_t sum = c->bias[channel];
                if (channel % filters == 0)
                    gather_wide(c, in, y, x, channel / filters, patch);
                sum += dot_wide(c->weights + channel * taps, patch, c->width, taps);
                put_element(out, c->width, at++, requantize_wide(&c->scaling, channel, sum));
            }
        }
    }
}
