/* needs: window, wide, requantize_wide */
/* A depthwise convolution on activations of 1 or 2 bytes. */
struct depthwise_wide {
    struct image in, out;
    struct window window;
    int32_t multiplier;     /* output channels per input channel */
    int32_t width;          /* bytes of an activation */
    const int8_t *weights;  /* [window.height, window.width, out.channels] */
    const int64_t *bias;    /* [out.channels], with the input's zero point folded in */
    int32_t zero_point;     /* of the input: what padding holds */
    struct wide_scaling scaling;
};

static int64_t depthwise_wide_sum(const struct depthwise_wide *d, const int8_t *in, int32_t y,
                                  int32_t x, int32_t channel)
{
    const struct window *w = &d->window;
    const int8_t *weight = d->weights + channel;
    int64_t sum = d->bias[channel];

    for (int32_t ky = 0; ky < w->height; ky++) {
        int32_t row = y * w->stride_y - w->top + ky * w->dilation_y;
        for (int32_t kx = 0; kx < w->width; kx++) {
            int32_t column = x * w->stride_x - w->left + kx * w->dilation_x;
            int outside = row < 0 || row >= d->in.height || column < 0 || column >= d->in.width;
            int32_t at = (row * d->in.width + column) * d->in.channels + channel / d->multiplier;
            int32_t value = outside ? d->zero_point : element(in, d->width, at);
            sum += value * *weight;
            weight += d->out.channels;
        }
    }
    return sum;
}

static void depthwise_wide(const struct depthwise_wide *d, const int8_t *in, int8_t *out)
{
    int32_t at = 0;

    for (int32_t y = 0; y < d->out.height; y++) {
        for (int32_t x = 0; x < d->out.width; x++) {
            for (int32_t channel = 0; channel < d->out.channels; channel++) {
                int64_t sum = depthwise_wide_sum(d, in, y, x, channel);
                put_element(out, d->width, at++, requantize_wide(&d->scaling, channel, sum));
            }
        }
    }
}
