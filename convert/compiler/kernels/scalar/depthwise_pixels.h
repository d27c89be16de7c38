/* needs: prologue, window, mac_taps, pixels */
/* A depthwise convolution with an output channel for each input channel, at least four. What lies
 * outside the image is a line of padding, so that every pixel has all taps. */
struct depthwise_pixels {
    struct image in, out;
    struct window window;
    const int8_t *weights;  /* [window.height, window.width, channels] */
    const int32_t *bias;    /* [channels], with the input's zero point folded in */
    int32_t zero_point;     /* of the input: what padding holds */
    struct scaling scaling;
};

/* What stands for the tap at `place` of the image; -1: outside. */
static inline int32_t tap_at(const int8_t *in, int32_t place, const int8_t *padding)
{
#if defined(MAC_ADDRESSES)
    return (int32_t)(place < 0 ? padding : in + place);
#else
    (void)in, (void)padding;
    return place;
#endif
}

/* Say where the taps of the window at (y, x) of the input lie. */
static void place_window(const struct depthwise_pixels *d, const int8_t *in, int32_t y, int32_t x,
                         const int8_t *padding, int32_t *taps)
{
    int32_t height = d->in.height, width = d->in.width, channels = d->in.channels;
    int32_t down = d->window.dilation_y, along = d->window.dilation_x, step = along * channels;
    int32_t bottom = y + d->window.height * down, right = x + d->window.width * along;
    int32_t row = (y * width + x) * channels, line = down * width * channels;
    int within = y >= 0 && x >= 0 && bottom - down < height && right - along < width;

    for (; y < bottom; y += down, row += line) {
        int32_t place = row;

        if (within)
            for (int32_t i = x; i < right; i += along, place += step)
                *taps++ = tap_at(in, place, padding);
        else
            for (int32_t i = x; i < right; i += along, place += step)
                *taps++ = tap_at(
                    in, y >= 0 && y < height && i >= 0 && i < width ? place : -1, padding);
    }
    *taps = 0;
}

#if !defined(MAC_ADDRESSES)
/* The same in C, with the places of taps in the image, -1 for those outside. */
static void mac_places(const struct depthwise_pixels *d, const int8_t *in, const struct mac_taps *m)
{
    int32_t taps = d->window.height * d->window.width;

    for (int32_t channel = m->first; channel < m->end; channel++) {
        int32_t sum = m->bias[channel - m->first];

        for (int32_t tap = 0; tap < taps; tap++) {
            int32_t place = m->taps[tap];
            int32_t value = place < 0 ? d->zero_point : in[place + channel];

            sum += value * m->weights[tap * m->channels + channel];
        }
        m->sums[channel - m->first] = sum;
    }
}
#define mac_taps(m) mac_places(d, in, m)
#endif

/* The sums of all channels; those behind the last four are computed with some again. */
static void sum_pixel(const struct depthwise_pixels *d, const int8_t *in, const int32_t *taps,
                      int32_t *sums)
{
    int32_t channels = d->in.channels, fours = channels / 4 * 4, rest = channels - 4;
    struct mac_taps m = {taps, d->weights, d->bias, sums, channels, 0, fours};

    (void)in;
    mac_taps(&m);
    if (fours != channels) {
        struct mac_taps last = {taps,     d->weights, d->bias + rest, sums + rest,
                                channels, rest,       channels};

        mac_taps(&last);
    }
}

NO_LIBC static void depthwise_pixels(const struct depthwise_pixels *d, const int8_t *in,
                                     int8_t *out, int32_t *scratch)
{
    const struct window *w = &d->window;
    int32_t channels = d->in.channels, words = (channels + 3) / 4, pixels = 0;
    int32_t *sums = scratch + words, *taps = sums + 4 * channels;

    for (int32_t i = 0; i < words; i++)
        scratch[i] = (int32_t)(0x01010101u * (uint8_t)d->zero_point);
    for (int32_t row = 0; row < d->out.height; row++) {
        for (int32_t column = 0; column < d->out.width; column++) {
            place_window(d, in, row * w->stride_y - w->top, column * w->stride_x - w->left,
                         (const int8_t *)scratch, taps);
            sum_pixel(d, in, taps, sums + pixels * channels);
            if (++pixels < 4 && (row + 1 < d->out.height || column + 1 < d->out.width))
                continue;
            store_pixels(&d->scaling, sums, 1, channels, channels, pixels, out);
            out += pixels * channels;
            pixels = 0;
        }
    }
}
