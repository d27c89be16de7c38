/* needs: window, requantize */
/* A depthwise convolution: output channel c sees input channel c / multiplier alone. */
struct depthwise {
    struct image in, out;
    struct window window;
    int32_t multiplier;     /* output channels per input channel */
    const int8_t *weights;  /* [window.height, window.width, out.channels] */
    const int32_t *bias;    /* [out.channels], with the input's zero point folded in */
    int32_t zero_point;     /* of the input: what padding holds */
    struct scaling scaling;
};

static int32_t depthwise_sum(const struct depthwise *d, const int8_t *in, int32_t y, int32_t x,
                             int32_t channel)
{
    const struct window *w = &d->window;
    const int8_t *weight = d->weights + channel;
    int32_t sum = d->bias[channel];

    in += channel / d->multiplier;
    for (int32_t ky = 0; ky < w->height; ky++) {
        int32_t row = y * w->stride_y - w->top + ky * w->dilation_y;
        for (int32_t kx = 0; kx < w->width; kx++) {
            int32_t column = x * w->stride_x - w->left + kx * w->dilation_x;
            int outside = row < 0 || row >= d->in.height || column < 0 || column >= d->in.width;
            int32_t value =
                outside ? d->zero_point : in[(row * d->in.width + column) * d->in.channels];
            sum += value * *weight;
            weight += d->out.channels;
        }
    }
    return sum;
}

static void depthwise(const struct depthwise *d, const int8_t *in, int8_t *out)
{
    for (int32_t y = 0; y < d->out.height; y++)
        for (int32_t x = 0; x < d->out.width; x++)
            for (int32_t channel = 0; channel < d->out.channels; channel++)
                *out++ = requantize(&d->scaling, channel, depthwise_sum(d, in, y, x, channel));
}
