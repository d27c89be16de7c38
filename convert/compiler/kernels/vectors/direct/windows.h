/* needs: prologue, four_pixels, conv_shape */
/* Windows are read where they lie, a row of each at a time; where there is a dilation, a pixel. */

/* The image in its frame at `to`, its elements as they are multiplied. */
static const int8_t *place_image(const struct conv_lanes *c, const int8_t *in, int8_t *to)
{
    const struct frame *f = &c->frame;
    int32_t channels = c->in.channels, line = f->columns * channels, size = f->rows * line;
    int32_t right = f->columns - c->window.left, below = f->rows - c->window.top;
    int32_t width = right < c->in.width ? right : c->in.width;
    int32_t height = below < c->in.height ? below : c->in.height;
    int8_t *row = to + (c->window.top * line + c->window.left * channels) * ELEMENT;
    int8_t padding[16];

    for (int32_t i = 0; i < 16; i++)
        padding[i] = (int8_t)c->zero_point;
    for (int32_t i = 0; i < size + 1; i += 16)
        lay_taps(padding, 16, to + i * ELEMENT);
    for (; height > 0; height--, row += line * ELEMENT, in += c->in.width * channels)
        lay_taps(in, width * channels, row);
    return to;
}

INLINE struct four mac_four(struct four sums, const int8_t *w, const int8_t *const *at,
                            int32_t place)
{
    sums.p0 = MAC_ONE(sums.p0, w, at[0] + place);
    sums.p1 = MAC_ONE(sums.p1, w, at[1] + place);
    sums.p2 = MAC_ONE(sums.p2, w, at[2] + place);
    sums.p3 = MAC_ONE(sums.p3, w, at[3] + place);
    return sums;
}

/* Add all products of LANES channels and, where `next` is not 0, of as many behind them. */
INLINE void mac_windows(const struct conv_lanes *c, const int8_t *w, int32_t next,
                        const int8_t *const *corners, struct four *sums)
{
    const int8_t *at[4] = {corners[0], corners[1], corners[2], corners[3]};
    int32_t height = c->window.height, width = c->window.width, channels = c->in.channels;
    int32_t down = c->window.dilation_y * c->frame.columns * channels * ELEMENT;
    int32_t right = c->window.dilation_x * channels * ELEMENT;
    int32_t together = c->window.dilation_x == 1 ? width : 1, units = c->units;
    struct four first = sums[0], second = sums[1];

    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x += together) {
            int32_t place = y * down + x * right;

            for (int32_t unit = 0; unit < units; unit++) {
                first = mac_four(first, w, at, place);
                if (next != 0)
                    second = mac_four(second, w + next, at, place);
                w += TAPS * LANES;
                place += TAPS * ELEMENT;
            }
        }
    sums[0] = first;
    sums[1] = second;
}

/* The sums of up to 2 * LANES channels from `channel` on for the windows at four places. */
INLINE void filter_four(const struct conv_lanes *c, int32_t channel, const int8_t *const *at,
                        const int8_t *x, struct four *a, struct four *b)
{
    int32_t pieces = c->window.height * (c->window.dilation_x == 1 ? 1 : c->window.width);
    int32_t taps = pieces * c->units * TAPS, next = taps * LANES;
    const int8_t *w = c->weights + channel * taps;
    const int32_t *bias = BIAS(c->bias, c->out.channels, channel);
    struct four sums[2] = {start_four(load_lanes(bias)), start_four(load_lanes(bias + LANES))};

    (void)x;
#if defined(SINGLY)
    mac_windows(c, w, 0, at, sums);
    if (channel + LANES < c->out.channels)
        mac_windows(c, w + next, 0, at, sums + 1);
#else
    if (channel + LANES < c->out.channels)
        mac_windows(c, w, next, at, sums);
    else
        mac_windows(c, w, 0, at, sums);
#endif
    *a = sums[0];
    *b = sums[1];
}

INLINE int32_t tile_bytes(const struct conv_lanes *c)
{
    (void)c;
    return 0;
}

INLINE void lay_windows(const struct conv_lanes *c, const int8_t *const *at, int32_t number,
                        int8_t *x)
{
    (void)c;
    (void)at;
    (void)number;
    (void)x;
}
