/* needs: prologue, conv_shape, mac_pairs; struct: conv_shape */
/* Any windows: four pixels at a time, which a pooling window covers or which follow each other,
 * have theirs laid out together, [taps / 2, 4 pixels, 2]. */

/* Lay out what the pixel at (row, column) of the map sees of the group that begins at `in`. */
NO_LIBC static void lay_out_window(const struct conv_shape *c, const int8_t *in, int16_t row,
                                   int16_t column, int8_t *to)
{
    const struct slide *w = &c->window;
    int16_t y = (int16_t)(row * w->stride_y - w->top), left = (int16_t)(column * w->stride_x - w->left);
    int16_t channels = (int16_t)(c->in.channels / c->groups);
    uint8_t step = 1; /* then 7, and 1 again */

    for (int16_t ky = 0; ky < w->height; ky++, y = (int16_t)(y + w->dilation_y)) {
        int16_t x = left;
        int8_t zero = (int8_t)c->zero_point;

        for (int16_t kx = 0; kx < w->width; kx++, x = (int16_t)(x + w->dilation_x)) {
            int8_t is_inside = y >= 0 && y < c->in.height && x >= 0 && x < c->in.width;
            const int8_t *from = in + (y * c->in.width + x) * c->in.channels;

            for (int16_t i = channels; i > 0; i--, from++) {
                *to = is_inside ? *from : zero;
                to += step;
                step ^= 6;
            }
        }
    }
    if (step == 7)
        *to = 0; /* what fills up meets a weight of 0 */
}

/* Those of a pooling window; what is outside of the map is as its first pixel. */
static void lay_out_pool(const struct conv_shape *c, const int8_t *in, int16_t row, int16_t column,
                         int8_t *patch)
{
    for (uint8_t i = 0; i < 4; i++) {
        int16_t y = (int16_t)(2 * row + (i >> 1)), x = (int16_t)(2 * column + (i & 1));

        lay_out_window(c, in, y < c->map.height ? y : (int16_t)(2 * row),
                       x < c->map.width ? x : (int16_t)(2 * column), patch + 2 * i);
    }
}

/* Those that follow each other from (row, column) on, as far as there are any. */
static void lay_out_four(const struct conv_shape *c, const int8_t *in, int16_t row, int16_t column,
                         int8_t *patch)
{
    for (uint8_t i = 0; i < 4 && row < c->map.height; i++) {
        lay_out_window(c, in, row, column, patch + 2 * i);
        if (++column == c->map.width) {
            column = 0;
            row++;
        }
    }
}

static void conv_pairs(const struct conv_shape *c, const int8_t *in, int8_t *out, int8_t *patch)
{
    int16_t channels = (int16_t)(c->in.channels / c->groups), taps = c->taps, pool = c->pool;
    int16_t filters = (int16_t)(c->out.channels / c->groups), step = c->out.channels;
    int16_t left = (int16_t)(c->out.height * c->out.width), row = 0, column = 0;
    int16_t together = pool == 2 ? 1 : 4;
    struct factor factor = factor_of_any(&c->scaling);
    sum24 sums[4];

    while (left > 0) {
        const int8_t *weights = c->weights;
        int16_t pixels = left < together ? left : together;

        for (int16_t f = 0, of_group = 0; f < step; f++, weights += taps) {
            factor.channel = f;
            factor.whole = c->whole[f];
            if (of_group == 0) {
                const int8_t *group = in + f / filters * channels;
                if (pool == 2)
                    lay_out_pool(c, group, row, column, patch);
                else
                    lay_out_four(c, group, row, column, patch);
            }
            of_group = of_group + 1 == filters ? 0 : (int16_t)(of_group + 1);
            mac_pairs(sums, patch, weights, (sum24)c->bias[f], (uint16_t)taps / 2);
            if (pool == 2)
                sums[0] = larger(larger(sums[0], sums[1]), larger(sums[2], sums[3]));
            for (int16_t i = 0; i < pixels; i++)
                out[i * step + f] = requantize_by(&factor, sums[i]);
        }
        out += pixels * step;
        left = (int16_t)(left - pixels);
        for (column = (int16_t)(column + pixels); column >= c->out.width; row++)
            column = (int16_t)(column - c->out.width);
    }
}
