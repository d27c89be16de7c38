/* needs: prologue, window, vector, plain_mac, store_pair, framed */
/* A convolution: four pixels by 2 * LANES channels at a time, whose sums stay in registers. The
 * windows of four pixels are laid out once, for all channels: those of pixels that follow one
 * another, or of what a pooling looks at. */
struct conv_lanes {
    struct image in, map, out;  /* map: the convolution's own output, before pooling */
    struct window window, pool; /* pool: of 1x1 where there is none */
    struct frame frame;
    int32_t units;              /* of TAPS taps, for a window */
    const int8_t *weights;      /* [out.channels / LANES][units][TAPS, LANES], as vector.h says */
    const int32_t *bias;        /* [out.channels, to 2 * LANES], the input's zero point folded in;
                                 * on x86 the same again for inputs that are 128 more */
    int32_t zero_point;         /* of the input: what padding holds */
    struct scaling scaling;
};

/* Sums of LANES channels for four pixels. */
struct four {
    parts p0, p1, p2, p3;
};

INLINE struct four start_four(lanes bias)
{
    parts each = start_parts(bias);
    struct four sums = {each, each, each, each};

    return sums;
}

INLINE struct four mac_four(struct four sums, const int8_t *w, const int8_t *x)
{
    sums.p0 = MAC_PIXEL(sums.p0, w, x, 0);
    sums.p1 = MAC_PIXEL(sums.p1, w, x, 1);
    sums.p2 = MAC_PIXEL(sums.p2, w, x, 2);
    sums.p3 = MAC_PIXEL(sums.p3, w, x, 3);
    return sums;
}

INLINE lanes largest_of(const struct four *sums)
{
    lanes a = larger_lanes(whole_lanes(sums->p0), whole_lanes(sums->p1));

    return larger_lanes(a, larger_lanes(whole_lanes(sums->p2), whole_lanes(sums->p3)));
}

/* The sums of up to 2 * LANES channels from `channel` on for the four pixels at x. */
INLINE void filter_four(const struct conv_lanes *c, int32_t channel, const int8_t *x,
                        struct four *a, struct four *b)
{
    int32_t units = c->units, next = units * TAPS * LANES;
    const int8_t *w = c->weights + channel * units * TAPS;
    const int32_t *bias = BIAS(c->bias, c->out.channels, channel);
    struct four first = start_four(load_lanes(bias)), second = start_four(load_lanes(bias + LANES));

#if !defined(SINGLY)
    if (channel + LANES < c->out.channels) {
        for (; units > 0; units--, w += TAPS * LANES, x += TAPS / 4 * QUAD) {
            first = mac_four(first, w, x);
            second = mac_four(second, w + next, x);
        }
        *a = first;
        *b = second;
        return;
    }
#endif
    for (int32_t unit = 0; unit < units; unit++)
        first = mac_four(first, w + unit * TAPS * LANES, x + unit * (TAPS / 4 * QUAD));
    *a = first;
#if defined(SINGLY)
    if (channel + LANES < c->out.channels)
        for (w += next; units > 0; units--, w += TAPS * LANES, x += TAPS / 4 * QUAD)
            second = mac_four(second, w, x);
#endif
    *b = second;
}

/* Bytes of four pixels' windows that are laid out. */
INLINE int32_t tile_bytes(const struct conv_lanes *c)
{
    return c->units * (TAPS / 4) * QUAD;
}

/* Lay out the windows that begin at four places; `line` has room for the taps of each. */
static void lay_out(const struct conv_lanes *c, const int8_t *const *at, int8_t *x, int8_t *line)
{
    const struct window *w = &c->window;
    int32_t channels = c->in.channels, together = w->dilation_x == 1 ? w->width : 1;
    int32_t bytes = together * channels, columns = c->frame.rows ? c->frame.columns : c->in.width;
    int32_t taps = w->height * w->width * channels, long_line = (taps + 3) / 4 * 4 + SLACK;
    const int8_t *lines[4] = {line, line + long_line, line + 2 * long_line, line + 3 * long_line};
    int32_t at_tap = 0;

    for (int32_t y = 0; y < w->height; y++)
        for (int32_t i = 0; i < w->width; i += together, at_tap += bytes) {
            int32_t offset = (y * w->dilation_y * columns + i * w->dilation_x) * channels;

            if (bytes % 4 == 0)
                lay_four(at, offset, bytes / 4, x + at_tap / 4 * QUAD);
            else
                for (int32_t pixel = 0; pixel < 4; pixel++)
                    copy_freely(line + pixel * long_line + at_tap, at[pixel] + offset, bytes);
        }
    if (bytes % 4 != 0)
        lay_four(lines, 0, (taps + 3) / 4, x);
}

/* Where the window of a pixel of the map begins. */
INLINE const int8_t *corner(const struct conv_lanes *c, const int8_t *in, int32_t row,
                            int32_t column)
{
    int32_t columns = c->frame.rows ? c->frame.columns : c->in.width;
    int32_t y = row * c->window.stride_y, x = column * c->window.stride_x;

    return in + (y * columns + x) * c->in.channels;
}

/* All channels of `count` pixels whose windows are laid out at x. */
static void store_pixels(const struct conv_lanes *c, const int8_t *x, int32_t count, int8_t *out)
{
    int32_t channels = c->out.channels;

    for (int32_t channel = 0; channel < channels; channel += PAIR, out += PAIR) {
        struct finish finish = finish_of(&c->scaling, channel);
        int32_t left = channels - channel;
        struct four a, b;

        filter_four(c, channel, x, &a, &b);
        store_pair(&finish, whole_lanes(a.p0), whole_lanes(b.p0), left, out);
        if (count > 1)
            store_pair(&finish, whole_lanes(a.p1), whole_lanes(b.p1), left, out + channels);
        if (count > 2)
            store_pair(&finish, whole_lanes(a.p2), whole_lanes(b.p2), left, out + 2 * channels);
        if (count > 3)
            store_pair(&finish, whole_lanes(a.p3), whole_lanes(b.p3), left, out + 3 * channels);
    }
}

/* All pixels of the map, four that follow one another at a time. */
static void filter_map(const struct conv_lanes *c, const int8_t *in, int8_t *out, int8_t *x)
{
    int32_t row = 0, column = 0, channels = c->out.channels;
    int8_t *line = x + tile_bytes(c);

    for (int32_t left = c->map.height * c->map.width; left > 0; left -= 4, out += 4 * channels) {
        const int8_t *at[4] = {0, 0, 0, 0};

        for (int32_t i = 0; i < 4; i++) {
            at[i] = i < left ? corner(c, in, row, column) : at[i - 1];
            if (++column == c->map.width) {
                column = 0;
                row++;
            }
        }
        lay_out(c, at, x, line);
        store_pixels(c, x, left, out);
    }
}

/* The pooling's window at (y, x), by fours of pixels, of which it returns the number. */
static int32_t lay_out_pool(const struct conv_lanes *c, const int8_t *in, int32_t y, int32_t x,
                            int8_t *to)
{
    int32_t top = y * c->pool.stride_y - c->pool.top, left = x * c->pool.stride_x - c->pool.left;
    int32_t pixels = c->pool.height * c->pool.width, count = 0, fours = 0;
    int8_t *line = to + (pixels + 3) / 4 * tile_bytes(c);
    const int8_t *at[4] = {0, 0, 0, 0};

    for (int32_t i = 0; i < pixels; i++) {
        int32_t row = top + i / c->pool.width, column = left + i % c->pool.width;

        if (row >= 0 && row < c->map.height && column >= 0 && column < c->map.width)
            at[count++] = corner(c, in, row, column);
        if (count == 4 || (i == pixels - 1 && count > 0)) {
            for (; count < 4; count++)
                at[count] = at[count - 1];
            lay_out(c, at, to + fours++ * tile_bytes(c), line);
            count = 0;
        }
    }
    return fours;
}

/* All channels of the largest of `fours` of pixels. */
static void store_largest(const struct conv_lanes *c, const int8_t *x, int32_t fours, int8_t *out)
{
    int32_t channels = c->out.channels;

    for (int32_t channel = 0; channel < channels; channel += PAIR, out += PAIR) {
        struct finish finish = finish_of(&c->scaling, channel);
        lanes best, other;
        struct four a, b;

        filter_four(c, channel, x, &a, &b);
        best = largest_of(&a);
        other = largest_of(&b);
        for (int32_t i = 1; i < fours; i++) {
            filter_four(c, channel, x + i * tile_bytes(c), &a, &b);
            best = larger_lanes(best, largest_of(&a));
            other = larger_lanes(other, largest_of(&b));
        }
        store_pair(&finish, best, other, channels - channel, out);
    }
}

/* scratch: the image in its frame; windows of as many pixels as are looked at, and a line of each. */
static void conv_lanes(const struct conv_lanes *c, const int8_t *in, int8_t *out, int8_t *scratch)
{
    int32_t bytes = c->frame.rows * c->frame.columns * c->in.channels, channels = c->out.channels;
    int32_t tile = tile_bytes(c), pixels = c->pool.height * c->pool.width;
    const int8_t *image = framed(&c->frame, &c->in, &c->window, c->zero_point, in, scratch);
    int8_t *x = scratch + (bytes > 0 ? bytes + SLACK : 0);

    for (int32_t i = tile; i <= (pixels + 3) / 4 * tile; i += tile)
        fill_freely(x + i - QUAD, 0, QUAD); /* where a unit has more taps than there are left */
    if (pixels == 1) {
        filter_map(c, image, out, x);
        return;
    }
    for (int32_t row = 0; row < c->out.height; row++)
        for (int32_t column = 0; column < c->out.width; column++, out += channels)
            store_largest(c, x, lay_out_pool(c, image, row, column, x), out);
}
