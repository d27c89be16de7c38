/* needs: prologue, four_pixels, conv_shape, plain_mac */
/* Windows are read where they lie, a row of each at a time; where there is a dilation, a pixel. */

/* The image, in its frame at `to` where it needs one, its elements as they are multiplied. */
static const int8_t *place_image(const struct conv_lanes *c, const int8_t *in, int8_t *to)
{
    const struct frame *f = &c->frame;
    int32_t channels = c->in.channels, line = f->columns * channels, size = f->rows * line;
    int32_t right = f->columns - c->window.left, below = f->rows - c->window.top;
    int32_t width = right < c->in.width ? right : c->in.width;
    int32_t height = below < c->in.height ? below : c->in.height;
    int8_t *row = to + (c->window.top * line + c->window.left * channels) * ELEMENT;
    int8_t padding[16];

    if (size == 0)
        return in;
    for (int32_t i = 0; i < 16; i++)
        padding[i] = (int8_t)c->zero_point;
    for (int32_t i = 0; i < size + 1; i += 16)
        lay_taps(padding, 16, to + i * ELEMENT);
    for (; height > 0; height--, row += line * ELEMENT, in += c->in.width * channels)
        lay_taps(in, width * channels, row);
    return to;
}

TIGHT struct four mac_four(struct four sums, const int8_t *w, const int8_t *const *at,
                            int32_t place)
{
    sums.p0 = mac_unit(sums.p0, w, at[0] + place);
    sums.p1 = mac_unit(sums.p1, w, at[1] + place);
    sums.p2 = mac_unit(sums.p2, w, at[2] + place);
    sums.p3 = mac_unit(sums.p3, w, at[3] + place);
    return sums;
}

#if defined(LONG)
/* The same of two units. */
TIGHT struct four mac_two_four(struct four sums, const int8_t *w, const int8_t *const *at,
                               int32_t place)
{
    sums.p0 = mac_two(sums.p0, w, at[0] + place);
    sums.p1 = mac_two(sums.p1, w, at[1] + place);
    sums.p2 = mac_two(sums.p2, w, at[2] + place);
    sums.p3 = mac_two(sums.p3, w, at[3] + place);
    return sums;
}

/* The same of LONG units. */
TIGHT struct four mac_long_four(struct four sums, const int8_t *w, const int8_t *const *at,
                                int32_t place)
{
    sums.p0 = mac_long(sums.p0, w, at[0] + place);
    sums.p1 = mac_long(sums.p1, w, at[1] + place);
    sums.p2 = mac_long(sums.p2, w, at[2] + place);
    sums.p3 = mac_long(sums.p3, w, at[3] + place);
    return sums;
}
#endif

/* Add all products of LANES channels to a and, where `next` is not 0, of others to b. */
TIGHT void mac_windows(const struct conv_lanes *c, const int8_t *w, int32_t next,
                        const int8_t *const *at, struct four *a, struct four *b)
{
    int32_t height = c->window.height, width = c->window.width, channels = c->in.channels;
    int32_t columns = c->frame.rows ? c->frame.columns : c->in.width;
    int32_t down = c->window.dilation_y * columns * channels * ELEMENT;
    int32_t right = c->window.dilation_x * channels * ELEMENT;
    int32_t together = c->window.dilation_x == 1 ? width : 1;
    struct four first = *a, second = *b;

    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x += together) {
            int32_t place = y * down + x * right, units = c->units;

#if defined(LONG)
            for (; units >= LONG; units -= LONG, w += LONG * UNIT, place += LONG * TAPS * ELEMENT) {
                first = mac_long_four(first, w, at, place);
                if (next != 0)
                    second = mac_long_four(second, w + next, at, place);
            }
            if (units >= 2) {
                first = mac_two_four(first, w, at, place);
                if (next != 0)
                    second = mac_two_four(second, w + next, at, place);
                units -= 2;
                w += 2 * UNIT;
                place += 2 * TAPS * ELEMENT;
            }
#endif
            for (; units > 0; units--, w += UNIT, place += TAPS * ELEMENT) {
                first = mac_four(first, w, at, place);
                if (next != 0)
                    second = mac_four(second, w + next, at, place);
            }
        }
    *a = first;
    if (next != 0)
        *b = second;
}

/* The sums of up to 2 * LANES channels from `channel` on for the windows at four places. */
TIGHT void filter_four(const struct conv_lanes *c, int32_t channel, const int8_t *const *at,
                        struct four *a, struct four *b)
{
    int32_t pieces = c->window.height * (c->window.dilation_x == 1 ? 1 : c->window.width);
    int32_t taps = pieces * c->units * TAPS, next = taps * LANES;
    const int8_t *w = c->weights + channel * taps;
    const int32_t *bias = BIAS(c->bias, c->out.channels, channel);
    int has_both = channel + LANES < c->out.channels;

    *a = start_four(load_lanes(bias));
    *b = start_four(load_lanes(bias + LANES));
#if defined(SINGLY)
    mac_windows(c, w, 0, at, a, a);
    if (has_both)
        mac_windows(c, w + next, 0, at, b, b);
#else
    if (has_both)
        mac_windows(c, w, next, at, a, b);
    else
        mac_windows(c, w, 0, at, a, a);
#endif
}
