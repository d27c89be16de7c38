/* needs: prologue, conv_shape, mac_lines; struct: conv_shape */
/* Windows of three or five pixels in a row, with stride 1 along it: of each line of inputs so many
 * are laid out as four pixels beside each other see, [rows, channels, width + 3]. */

/* Lay out a row of one channel from column `x` on. */
NO_LIBC static int8_t *lay_out_line(const struct conv_shape *c, const int8_t *row, int16_t x,
                                    int8_t *to)
{
    int16_t step = c->in.channels, end = c->in.width, count = (int16_t)(c->window.width + 3);
    int8_t zero = (int8_t)c->zero_point;

    for (; count > 0 && x < 0; count--, x++)
        *to++ = zero;
    row += x * step;
    for (; count > 0 && x < end; count--, x++, row += step)
        *to++ = *row;
    for (; count > 0; count--)
        *to++ = zero;
    return to;
}

/* Lay out what the pixels from (row, column) of the map on see of the group that begins at `in`. */
NO_LIBC static void lay_out_lines(const struct conv_shape *c, const int8_t *in, int16_t row,
                                  int16_t column, int8_t *to)
{
    const struct slide *w = &c->window;
    int16_t y = (int16_t)(row * w->stride_y - w->top), x = (int16_t)(column - w->left);
    int16_t channels = (int16_t)(c->in.channels / c->groups), columns = (int16_t)(w->width + 3);
    int16_t rows = (int16_t)(w->height + c->pool - 1), pitch = (int16_t)(c->in.width * c->in.channels);

    for (int16_t r = 0; r < rows; r++, y = (int16_t)(y + w->dilation_y)) {
        if (y >= 0 && y < c->in.height) {
            const int8_t *line = in + y * pitch;
            for (int16_t channel = 0; channel < channels; channel++)
                to = lay_out_line(c, line + channel, x, to);
        } else {
            for (int16_t i = (int16_t)(channels * columns); i > 0; i--)
                *to++ = (int8_t)c->zero_point;
        }
    }
}

/* The output at (row, column) of filter `f` and what it is made of. */
static void store_lines(const struct conv_shape *c, sum24 *sums, int16_t row, int16_t column,
                        int16_t f, int8_t *out)
{
    struct factor factor = factor_of(&c->scaling, f);
    int16_t step = c->out.channels, width = c->map.width;

    if (c->pool == 1) {
        out += (row * width + column) * step + f;
        for (uint8_t i = 0; i < 4 && column < width; i++, column++, out += step)
            *out = requantize_by(&factor, sums[i]);
        return;
    }
    out += ((row >> 1) * c->out.width + (column >> 1)) * step + f;
    for (uint8_t i = 0; i < 4 && column < width; i = (uint8_t)(i + 2), column = (int16_t)(column + 2)) {
        sum24 best = sums[i];

        if (column + 1 < width)
            best = larger(best, sums[i + 1]);
        if (row + 1 < c->map.height) {
            best = larger(best, sums[i + 4]);
            if (column + 1 < width)
                best = larger(best, sums[i + 5]);
        }
        if ((column >> 1) < c->out.width)
            *out = requantize_by(&factor, best);
        out += step;
    }
}

static void conv_lines(const struct conv_shape *c, const int8_t *in, int8_t *out, int8_t *patch)
{
    int16_t channels = (int16_t)(c->in.channels / c->groups), width = c->window.width;
    int16_t filters = (int16_t)(c->out.channels / c->groups), taps = c->taps, pool = c->pool;
    int16_t rows = pool == 2 ? (int16_t)(2 * c->out.height) : c->map.height;
    int16_t columns = pool == 2 ? (int16_t)(2 * c->out.width) : c->map.width;
    uint8_t lines = (uint8_t)(c->window.height * channels);
    const int8_t *below = patch + channels * (width + 3);
    sum24 sums[8];

    for (int16_t row = 0; row < rows; row = (int16_t)(row + pool)) {
        for (int16_t column = 0; column < columns; column = (int16_t)(column + 4)) {
            const int8_t *weights = c->weights;
            for (int16_t f = 0, of_group = 0; f < c->out.channels; f++, weights += taps) {
                sum24 bias = (sum24)c->bias[f];

                if (of_group == 0)
                    lay_out_lines(c, in + f / filters * channels, row, column, patch);
                of_group = of_group + 1 == filters ? 0 : (int16_t)(of_group + 1);
                if (width == 5) {
                    mac_lines_5(sums, patch, weights, bias, lines);
                    if (pool == 2)
                        mac_lines_5(sums + 4, below, weights, bias, lines);
                } else {
                    mac_lines_3(sums, patch, weights, bias, lines);
                    if (pool == 2)
                        mac_lines_3(sums + 4, below, weights, bias, lines);
                }
                store_lines(c, sums, row, column, f, out);
            }
        }
    }
}
