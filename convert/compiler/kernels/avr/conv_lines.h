/* needs: prologue, conv_shape, mac_lines; struct: conv_shape */
/* Windows of three or five pixels in a row, with stride 1 along it: of each line of inputs so many
 * are laid out as four pixels beside each other see, [rows, channels, width + 3]. */

HELPER uint8_t at_most(int16_t value, uint8_t most)
{
    return (uint8_t)(value < most ? value : most);
}

/* Lay out what the pixels from (row, column) of the map on see of the group that begins at `in`. */
NO_LIBC static void lay_out_lines(const struct conv_shape *c, const int8_t *in, int16_t row,
                                  int16_t column, int8_t *to)
{
    const struct slide *w = &c->window;
    int16_t y = (int16_t)(row * w->stride_y - w->top), x = (int16_t)(column - w->left);
    uint8_t columns = (uint8_t)(w->width + 3), step = (uint8_t)c->in.channels;
    uint8_t channels = (uint8_t)(c->in.channels / c->groups), rows = (uint8_t)(w->height + c->pool - 1);
    int16_t pitch = (int16_t)(c->in.width * c->in.channels), down = w->dilation_y;
    int16_t right = (int16_t)(c->in.width - x), height = c->in.height;
    uint8_t before = x < 0 ? at_most((int16_t)-x, columns) : 0; /* columns of padding */
    uint8_t end = right < before ? before : at_most(right, columns);
    int8_t zero = (int8_t)c->zero_point;

    in += y * pitch + (x + before) * (int16_t)c->in.channels;
    for (; rows > 0; rows--, y = (int16_t)(y + down), in += down * pitch) {
        uint8_t first = before, last = y >= 0 && y < height ? end : before;

        for (uint8_t channel = 0; channel < channels; channel++) {
            const int8_t *pixel = in + channel;
            uint8_t i = 0;

            for (; i < first; i++)
                *to++ = zero;
            for (; i < last; i++, pixel += step)
                *to++ = *pixel;
            for (; i < columns; i++)
                *to++ = zero;
        }
    }
}

/* Where the sums of a filter go. */
struct place {
    int8_t *out;              /* of the first pixel */
    int16_t step;             /* bytes from one output to the next */
    uint8_t outputs, columns; /* so many are made; of so many pixels of the map, in a row */
    uint8_t rows;             /* of them, in a pooling window */
};

static void store_lines(const struct place *p, const struct factor *factor, const sum24 *sums)
{
    int8_t *out = p->out;

    for (uint8_t i = 0; i < p->outputs; i++, out += p->step, sums++)
        *out = requantize_by(factor, *sums);
}

/* Of each 2x2 sums, which lie in two rows of four. */
static void store_largest(const struct place *p, const struct factor *factor, const sum24 *sums)
{
    int8_t *out = p->out;
    int8_t right = (int8_t)(p->columns - 1);

    for (uint8_t i = 0; i < p->outputs; i++, out += p->step, sums += 2, right = (int8_t)(right - 2)) {
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
    struct factor factor = factor_of_any(&c->scaling);
    sum24 sums[8];

    for (int16_t end = (int16_t)(f + filters); f < end; f++, weights += taps, p->out++) {
        sum24 bias = (sum24)c->bias[f];

        factor.channel = f;
        factor.whole = c->whole[f];
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

static void conv_lines(const struct conv_shape *c, const int8_t *in, int8_t *out, int8_t *patch)
{
    int16_t channels = (int16_t)(c->in.channels / c->groups), pool = c->pool, width = c->out.width;
    int16_t filters = (int16_t)(c->out.channels / c->groups), together = (int16_t)(4 / pool);
    struct place p = {out, c->out.channels, 0, 0, 0};

    for (int16_t row = 0; row < c->out.height; row++) {
        p.rows = at_most((int16_t)(c->map.height - pool * row), 2);
        for (int16_t column = 0; column < width; column = (int16_t)(column + together)) {
            p.outputs = at_most((int16_t)(width - column), (uint8_t)together);
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
