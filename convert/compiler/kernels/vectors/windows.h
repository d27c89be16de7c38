/* needs: prologue, four_pixels, conv_shape, framed, copies */
/* The windows of four pixels are laid out together once, each in one piece, for all channels. */

static const int8_t *place_image(const struct conv_lanes *c, const int8_t *in, int8_t *scratch)
{
    return framed(&c->frame, &c->in, &c->window, c->zero_point, in, scratch);
}

INLINE struct four mac_four(struct four sums, const int8_t *w, const int8_t *x)
{
    sums.p0 = MAC_PIXEL(sums.p0, w, x, 0);
    sums.p1 = MAC_PIXEL(sums.p1, w, x, 1);
    sums.p2 = MAC_PIXEL(sums.p2, w, x, 2);
    sums.p3 = MAC_PIXEL(sums.p3, w, x, 3);
    return sums;
}

/* The sums of up to 2 * LANES channels from `channel` on for windows of four pixels, laid out at x. */
INLINE void filter_four(const struct conv_lanes *c, int32_t channel, const int8_t *const *at,
                        const int8_t *x, struct four *a, struct four *b)
{
    int32_t units = c->units, next = units * TAPS * LANES;
    const int8_t *w = c->weights + channel * units * TAPS;
    const int32_t *bias = c->bias + channel;
    struct four first = start_four(load_lanes(bias)), second = start_four(load_lanes(bias + LANES));

    (void)at;
    if (channel + LANES < c->out.channels)
        for (; units > 0; units--, w += TAPS * LANES, x += TAPS / 4 * QUAD) {
            first = mac_four(first, w, x);
            second = mac_four(second, w + next, x);
        }
    else
        for (; units > 0; units--, w += TAPS * LANES, x += TAPS / 4 * QUAD)
            first = mac_four(first, w, x);
    *a = first;
    *b = second;
}

/* Bytes of four windows that are laid out. */
INLINE int32_t tile_bytes(const struct conv_lanes *c)
{
    return c->units * (TAPS / 4) * QUAD;
}

/* Lay out the windows that begin at four places, as tile `number` at x. Behind all tiles there is
 * room for a line of each window. */
static void lay_windows(const struct conv_lanes *c, const int8_t *const *at, int32_t number,
                        int8_t *x)
{
    const struct window *w = &c->window;
    int32_t channels = c->in.channels, together = w->dilation_x == 1 ? w->width : 1;
    int32_t bytes = together * channels, columns = c->frame.rows ? c->frame.columns : c->in.width;
    int32_t taps = w->height * w->width * channels, long_line = (taps + 3) / 4 * 4 + SLACK;
    int8_t *to = x + number * tile_bytes(c);
    int8_t *line = x + (c->pool.height * c->pool.width + 3) / 4 * tile_bytes(c);
    const int8_t *lines[4] = {line, line + long_line, line + 2 * long_line, line + 3 * long_line};
    int32_t tap = 0;

    for (int32_t y = 0; y < w->height; y++)
        for (int32_t i = 0; i < w->width; i += together, tap += bytes) {
            int32_t offset = (y * w->dilation_y * columns + i * w->dilation_x) * channels;

            if (bytes % 4 == 0)
                lay_four(at, offset, bytes / 4, to + tap / 4 * QUAD);
            else
                for (int32_t pixel = 0; pixel < 4; pixel++)
                    copy_freely(line + pixel * long_line + tap, at[pixel] + offset, bytes);
        }
    if (bytes % 4 != 0)
        lay_four(lines, 0, (taps + 3) / 4, to);
    if ((taps + 3) / 4 % (TAPS / 4) != 0) /* a unit has more */
        fill_freely(to + tile_bytes(c) - QUAD, 0, QUAD);
}
