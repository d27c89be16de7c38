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

/* Where the sums of a filter go. */
struct place {
    int8_t *out;              /* of the first pixel */
    int16_t step;             /* bytes from one output to the next */
    int8_t outputs, columns;  /* so many are made; of so many pixels of the map, in a row */
    int8_t rows;              /* of them, in a pooling window */
};

static void store_lines(const struct place *p, const struct factor *factor, const sum24 *sums)
{
    int8_t *out = p->out;

    for (int8_t i = 0; i < p->outputs; i++, out += p->step, sums++)
        *out = requantize_by(factor, *sums);
}

/* Of each 2x2 sums, which lie in two rows of four. */
static void store_largest(const struct place *p, const struct factor *factor, const sum24 *sums)
{
    int8_t *out = p->out, right = (int8_t)(p->columns - 1);

    for (int8_t i = 0; i < p->outputs; i++, out += p->step, sums += 2, right = (int8_t)(right - 2)) {
        sum24 best = sums[0];

        if (right > 0)
            best = larger(best, sums[1]);
        if (p->rows > 1) {
            best = larger(best, sums[4]);
            if (right > 0)
                best = larger(best, sums[5]);
        }
        *out = requantize_by(factor, best);
    }
}

/* All filters on the pixels that `patch` holds, of the group that has these. */
static void sum_lines(const struct conv_shape *c, struct place *p, const int8_t *patch, int16_t f,
                      int16_t filters)
{
    int16_t channels = (int16_t)(c->in.channels / c->groups), width = c->window.width, taps = c->taps;
    uint8_t lines = (uint8_t)(c->window.height * channels), pooled = c->pool == 2;
    const int8_t *below = patch + channels * (width + 3);
    const int8_t *weights = c->weights + f * taps;
    sum24 sums[8];

    for (int16_t end = (int16_t)(f + filters); f < end; f++, weights += taps, p->out++) {
        struct factor factor = factor_of(&c->scaling, f);
        sum24 bias = (sum24)c->bias[f];

        if (width == 5) {
            mac_lines_5(sums, patch, weights, bias, lines);
            if (pooled)
                mac_lines_5(sums + 4, below, weights, bias, lines);
        } else {
            mac_lines_3(sums, patch, weights, bias, lines);
            if (pooled)
                mac_lines_3(sums + 4, below, weights, bias, lines);
        }
        if (pooled)
            store_largest(p, &factor, sums);
        else
            store_lines(p, &factor, sums);
    }
}

static int8_t at_most(int16_t value, int8_t most)
{
    return value < most ? (int8_t)value : most;
}

static void conv_lines(const struct conv_shape *c, const int8_t *in, int8_t *out, int8_t *patch)
{
    int16_t channels = (int16_t)(c->in.channels / c->groups), pool = c->pool, width = c->out.width;
    int16_t filters = (int16_t)(c->out.channels / c->groups), together = (int16_t)(4 / pool);
    struct place p = {out, c->out.channels, 0, 0, 0};

    for (int16_t row = 0; row < c->out.height; row++) {
        p.rows = at_most((int16_t)(c->map.height - pool * row), 2);
        for (int16_t column = 0; column < width; column = (int16_t)(column + together)) {
            p.outputs = at_most((int16_t)(width - column), (int8_t)together);
            p.columns = at_most((int16_t)(c->map.width - pool * column), 4);
            p.out = out;
            for (int16_t group = 0; group < c->groups; group++) {
                lay_out_lines(c, in + group * channels, (int16_t)(pool * row),
                              (int16_t)(pool * column), patch);
                sum_lines(c, &p, patch, (int16_t)(group * filters), filters);
            }
            out += p.outputs * p.step;
        }
    }
}
