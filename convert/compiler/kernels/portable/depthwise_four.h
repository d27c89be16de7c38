/* needs: prologue, window, channels, requantize */
/* A depthwise convolution, four channels at a time; taps that lie outside the image are left out.
 * There is one output channel for each input channel, in fours. */
struct depthwise_four {
    struct image in, out;
    struct window window;   /* dilation 1 */
    const int8_t *weights;  /* [window.height, window.width, channels] */
    const int32_t *bias;    /* [channels] */
    int32_t zero_point;     /* of the input; it is subtracted, so that padding is zero */
    struct scaling scaling;
};

/* The part of a window, from `start` on a side of `size` pixels, that lies in the image. */
struct part {
    int32_t first, end;  /* taps */
};

static struct part inside(int32_t start, int32_t taps, int32_t size)
{
    struct part part = {start < 0 ? -start : 0, size - start < taps ? size - start : taps};

    return part;
}

/* Four channels, from `channel` on, of the pixel whose window begins at (y, x) of the input. */
static void depthwise_pixel(const struct depthwise_four *d, const int8_t *in, int32_t y, int32_t x,
                            int32_t channel, int8_t *out)
{
    int32_t channels = d->in.channels;
    struct part rows = inside(y, d->window.height, d->in.height);
    struct part columns = inside(x, d->window.width, d->in.width);
    int32_t sums[4]; /* an initializer could become a call of memset */

    sums[0] = sums[1] = sums[2] = sums[3] = 0;
    for (int32_t ky = rows.first; ky < rows.end; ky++) {
        int32_t place = (y + ky) * d->in.width + x + columns.first;
        int32_t tap = ky * d->window.width + columns.first;
        const int8_t *pixel = in + place * channels + channel;
        const int8_t *w = d->weights + tap * channels + channel;

        for (int32_t kx = columns.first; kx < columns.end; kx++, pixel += channels, w += channels)
            mac_channels(pixel, w, d->zero_point, sums);
    }
    for (int32_t i = 0; i < 4; i++)
        out[i] = requantize(&d->scaling, channel + i, sums[i] + d->bias[channel + i]);
}

static void depthwise_four(const struct depthwise_four *d, const int8_t *in, int8_t *out)
{
    const struct window *w = &d->window;

    for (int32_t i = 0; i < d->out.height * d->out.width; i++) {
        int32_t y = i / d->out.width * w->stride_y - w->top;
        int32_t x = i % d->out.width * w->stride_x - w->left;

        for (int32_t channel = 0; channel < d->out.channels; channel += 4, out += 4)
            depthwise_pixel(d, in, y, x, channel, out);
    }
}
