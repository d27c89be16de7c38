/* needs: prologue, window, store_pair, four_pixels, conv_shape, windows; struct: conv_lanes */
/* A convolution: four pixels by 2 * LANES channels at a time, whose sums stay in registers: pixels
 * that follow one another, or those that a pooling looks at. */

/* Where the window of a pixel of the map begins. */
TIGHT const int8_t *corner(const struct conv_lanes *c, const int8_t *image, int32_t row,
                            int32_t column)
{
    int32_t columns = c->frame.rows ? c->frame.columns : c->in.width;
    int32_t y = row * c->window.stride_y, x = column * c->window.stride_x;

    return image + (y * columns + x) * c->in.channels * ELEMENT;
}

/* All channels of `count` pixels, four at most, whose windows begin at four places. */
static void store_pixels(const struct conv_lanes *c, const int8_t *const *at, int32_t count,
                         int8_t *out)
{
    int32_t channels = c->out.channels;

    for (int32_t channel = 0; channel < channels; channel += PAIR, out += PAIR) {
        struct finish finish = finish_of(&c->scaling, channel);
        int32_t left = channels - channel;
        struct four a, b;

        filter_four(c, channel, at, &a, &b);
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
static void filter_map(const struct conv_lanes *c, const int8_t *image, int8_t *out)
{
    int32_t row = 0, column = 0, channels = c->out.channels, width = c->map.width;
    int32_t step = c->window.stride_x * c->in.channels * ELEMENT;
    const int8_t *next = image;

    for (int32_t left = c->map.height * width; left > 0; left -= 4, out += 4 * channels) {
        const int8_t *at[4] = {next, next, next, next};

        for (int32_t i = 0; i < 4 && i < left; i++) {
            at[i] = next;
            next += step;
            if (++column == width) {
                column = 0;
                next = corner(c, image, ++row, 0);
            }
        }
        store_pixels(c, at, left, out);
    }
}

TIGHT int32_t between(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* Where the windows of all that a pooling at (y, x) looks at begin; to whole fours, whose number it
 * returns. */
static int32_t find_pooled(const struct conv_lanes *c, const int8_t *image, int32_t y, int32_t x,
                           const int8_t **at)
{
    int32_t top = y * c->pool.stride_y - c->pool.top, left = x * c->pool.stride_x - c->pool.left;
    int32_t end = between(top + c->pool.height, 0, c->map.height), row = between(top, 0, end);
    int32_t right = between(left + c->pool.width, 0, c->map.width);
    int32_t first = between(left, 0, right), count = 0;
    int32_t step = c->window.stride_x * c->in.channels * ELEMENT;

    for (; row < end; row++) {
        const int8_t *place = corner(c, image, row, first);

        for (int32_t column = first; column < right && count < 16; column++, place += step)
            at[count++] = place;
    }
    for (; count % 4 != 0; count++)
        at[count] = at[count - 1];
    return count / 4;
}

/* All channels of the largest of so many fours of pixels. */
static void store_largest(const struct conv_lanes *c, const int8_t *const *at, int32_t fours,
                          int8_t *out)
{
    int32_t channels = c->out.channels;

    for (int32_t channel = 0; channel < channels; channel += PAIR, out += PAIR) {
        struct finish finish = finish_of(&c->scaling, channel);
        lanes best, other;
        struct four a, b;

        filter_four(c, channel, at, &a, &b);
        best = largest_of(&a);
        other = largest_of(&b);
        for (int32_t i = 1; i < fours; i++) {
            filter_four(c, channel, at + 4 * i, &a, &b);
            best = larger_lanes(best, largest_of(&a));
            other = larger_lanes(other, largest_of(&b));
        }
        store_pair(&finish, best, other, channels - channel, out);
    }
}

/* scratch: the image in its frame, where it needs one. */
static void conv_lanes(const struct conv_lanes *c, const int8_t *in, int8_t *out, int8_t *scratch)
{
    const int8_t *image = place_image(c, in, scratch), *at[16];

    if (c->pool.height * c->pool.width == 1) {
        filter_map(c, image, out);
        return;
    }
    for (int32_t row = 0; row < c->out.height; row++)
        for (int32_t column = 0; column < c->out.width; column++, out += c->out.channels)
            store_largest(c, at, find_pooled(c, image, row, column, at), out);
}
