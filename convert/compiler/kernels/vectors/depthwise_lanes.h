/* needs: prologue, window, vector, plain_vector, store_pair, framed */
/* A depthwise convolution: 2 * LANES channels of four pixels at a time, two taps at once. */
struct depthwise_lanes {
    struct image in, out;
    struct window window;
    struct frame frame;     /* in it each channel comes as often as there are outputs of it */
    const int8_t *weights;  /* [channels / (2 * LANES)][pairs of taps][2 * LANES, 2], as vector.h
                             * says; above -128, zeros behind the last tap and channel */
    const int32_t *bias;    /* [channels, to 2 * LANES], with the input's zero point folded in */
    int32_t zero_point;     /* of the input: what padding holds */
    struct scaling scaling;
};

/* Pixels in a row, for 2 * LANES channels at most. */
struct run {
    const int8_t *first;    /* where the first one's window begins */
    int32_t step, pixels;   /* step: bytes from pixel to pixel */
    const int32_t *places;  /* [taps], of taps, bytes from a window's begin on */
    int32_t taps;           /* even */
    const int8_t *w;
};

/* Bytes from a window's begin to each of its taps; to an even number of them. */
static int32_t find_places(const struct depthwise_lanes *d, int32_t columns, int32_t *places)
{
    const struct window *w = &d->window;
    int32_t taps = 0, channels = d->out.channels;

    for (int32_t y = 0; y < w->height; y++)
        for (int32_t x = 0; x < w->width; x++)
            places[taps++] = (y * w->dilation_y * columns + x * w->dilation_x) * channels;
    if (taps % 2)
        places[taps++] = 0; /* meets weights of 0 */
    return taps;
}

/* `count` channels from `channel` on of a run. */
static void depthwise_run(const struct depthwise_lanes *d, const struct run *run, int32_t channel,
                          int32_t count, int8_t *out)
{
    struct finish finish = finish_of(&d->scaling, channel);
    struct pair bias = {load_lanes(d->bias + channel), load_lanes(d->bias + channel + LANES)};
    const int8_t *at = run->first;
    int32_t channels = d->out.channels;

    for (int32_t left = run->pixels; left > 0; left -= 4, at += 4 * run->step) {
        const int8_t *w = run->w, *second = at + (left > 1 ? run->step : 0);
        const int8_t *third = at + (left > 2 ? 2 * run->step : 0);
        const int8_t *fourth = at + (left > 3 ? 3 * run->step : 0);
        const int32_t *place = run->places, *end = place + run->taps;
        struct pair a = bias, b = bias, c = bias, e = bias;

        for (; place < end; place += 2, w += 2 * PAIR) {
            a = mac_taps(a, w, at + place[0], at + place[1]);
            b = mac_taps(b, w, second + place[0], second + place[1]);
            c = mac_taps(c, w, third + place[0], third + place[1]);
            e = mac_taps(e, w, fourth + place[0], fourth + place[1]);
        }
        store_pair(&finish, a.a, a.b, count, out);
        if (left > 1)
            store_pair(&finish, b.a, b.b, count, out + channels);
        if (left > 2)
            store_pair(&finish, c.a, c.b, count, out + 2 * channels);
        if (left > 3)
            store_pair(&finish, e.a, e.b, count, out + 3 * channels);
        out += 4 * channels;
    }
}

/* scratch: the image in its frame; places: of taps. */
static void depthwise_lanes(const struct depthwise_lanes *d, const int8_t *in, int8_t *out,
                            int8_t *scratch, int32_t *places)
{
    const struct window *w = &d->window;
    int32_t columns = d->frame.rows ? d->frame.columns : d->in.width, channels = d->out.channels;
    const int8_t *image = framed(&d->frame, &d->in, w, d->zero_point, in, scratch);
    struct run run = {image, w->stride_x * channels, d->out.width, places, 0, d->weights};

    run.taps = find_places(d, columns, places);
    for (int32_t y = 0; y < d->out.height; y++, out += d->out.width * channels)
        for (int32_t channel = 0; channel < channels; channel += PAIR) {
            run.first = image + y * w->stride_y * columns * channels + channel;
            run.w = d->weights + channel * run.taps;
            depthwise_run(d, &run, channel, channels - channel, out + channel);
        }
}
