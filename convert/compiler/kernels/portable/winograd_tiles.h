/* needs: prologue, window, lanes, factors, block; struct: winograd */
/* Winograd's minimal filtering (Toom-Cook) along x: four outputs in a row from taps + 3 products
 * instead of 4 * taps, exact in integers. The transformed filters and inputs fit 16 bits, which the
 * compiler has checked for every int8 input; sums wrap around, and what comes out is 8 times the true
 * sum times an odd number, whose inverse modulo 2^32 brings it back.
 * Source: A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2016. */
struct winograd {
    struct image in;
    struct window window;
    int32_t groups;           /* of 16 columns of the map, which are 4 tiles of 4 */
    int32_t together;         /* tiles whose inputs are laid out together: 2 or 4 */
    const uint32_t *weights;  /* [channels / FILTERS][points][window.height][pairs][FILTERS], of
                               * the output's channels; two input channels each, transformed */
    uint32_t inverse;         /* modulo 2^32, of the odd part of the transform's divisor */
    int32_t zero_point;       /* of the input; it is subtracted, so that padding is zero */
    struct blocks blocks;     /* .rows: of the output; .columns is not used */
};

static inline uint32_t times_4(uint32_t a)
{
    a = add_lanes(a, a);
    return add_lanes(a, a);
}

/* Points 0, 1, -1, 2, -2, infinity; d and v are `step` words apart. */
static inline void transform_3(const uint32_t *d, int32_t step, uint32_t *v, int32_t plane)
{
    uint32_t d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step];
    uint32_t d5 = d[5 * step], one_even = sub_lanes(d4, times_4(d2));
    uint32_t one_odd = sub_lanes(d3, times_4(d1)), two_even = sub_lanes(d4, d2);
    uint32_t two_odd = sub_lanes(d3, d1), five = add_lanes(times_4(d2), d2);

    two_odd = add_lanes(two_odd, two_odd);
    v[0] = add_lanes(sub_lanes(times_4(d0), five), d4);
    v[plane] = add_lanes(one_even, one_odd);
    v[2 * plane] = sub_lanes(one_even, one_odd);
    v[3 * plane] = add_lanes(two_even, two_odd);
    v[4 * plane] = sub_lanes(two_even, two_odd);
    five = add_lanes(times_4(d3), d3);
    v[5 * plane] = add_lanes(sub_lanes(times_4(d1), five), d5);
}

/* 4 * (outer - inner) + 21 * (a - b) */
static inline uint32_t transform_end(uint32_t outer, uint32_t inner, uint32_t a, uint32_t b)
{
    uint32_t rest = sub_lanes(a, b), four = times_4(rest);

    rest = add_lanes(add_lanes(rest, four), times_4(four));
    return add_lanes(times_4(sub_lanes(outer, inner)), rest);
}

/* 4 * a - 17 * b + 4 * c */
static inline uint32_t transform_one(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t sum = sub_lanes(add_lanes(a, c), times_4(b));

    return sub_lanes(times_4(sum), b);
}

/* a - 5 * b + 4 * c */
static inline uint32_t transform_two(uint32_t a, uint32_t b, uint32_t c)
{
    return add_lanes(sub_lanes(a, b), times_4(sub_lanes(c, b)));
}

/* Points 0, 1, -1, 2, -2, 1/2, -1/2, infinity. */
static inline void transform_5(const uint32_t *d, int32_t step, uint32_t *v, int32_t plane)
{
    uint32_t d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step];
    uint32_t d5 = d[5 * step], d6 = d[6 * step];
    uint32_t even = transform_one(d2, d4, d6), odd = transform_one(d1, d3, d5);

    v[0] = transform_end(d6, d[0], d2, d4);
    v[plane] = add_lanes(even, odd);
    v[2 * plane] = sub_lanes(even, odd);
    even = transform_two(d2, d4, d6);
    odd = transform_two(d1, d3, d5);
    odd = add_lanes(odd, odd);
    v[3 * plane] = add_lanes(even, odd);
    v[4 * plane] = sub_lanes(even, odd);
    even = transform_two(d6, d4, d2);
    even = add_lanes(even, even);
    odd = transform_two(d5, d3, d1);
    v[5 * plane] = add_lanes(even, odd);
    v[6 * plane] = sub_lanes(even, odd);
    v[7 * plane] = transform_end(d[7 * step], d1, d3, d5);
}

/* Words for an input pixel. */
static inline int32_t pixel_words(const struct winograd *c)
{
    return (c->in.channels + 1) / 2 * UNITS;
}

/* Transform one row of the input, from `column` on, for the tiles together: v is [pixel words][4],
 * and so on a plane further for each point. `line` has room for their columns. */
NO_LIBC static void transform_tiles(const struct winograd *c, const int8_t *in, int32_t column,
                          uint32_t *line, uint32_t *v, int32_t plane)
{
    int32_t channels = c->in.channels, words = pixel_words(c), taps = c->window.width;
    int32_t zero = c->zero_point;
    uint32_t *to = line;

    for (int32_t x = column; x < column + 4 * c->together - 1 + taps; x++) {
        if (x >= 0 && x < c->in.width)
            to = put_pixel(to, in + x * channels, channels, zero);
        else
            for (int32_t i = 0; i < words; i++)
                *to++ = 0;
    }
    for (int32_t tile = 0; tile < c->together; tile++, line += 4 * words)
        for (int32_t word = 0; word < words; word++)
            if (taps == 5)
                transform_5(line + word, words, v + 4 * word + tile, plane);
            else
                transform_3(line + word, words, v + 4 * word + tile, plane);
}

/* The four outputs of a tile from its products, which are 4 * FILTERS words apart, and the bias; all
 * that as many times as the bias is. */
static inline void tile_outputs(const int32_t *sums, int32_t taps, uint32_t inverse, uint32_t bias,
                                int32_t *y)
{
    const uint32_t *m = (const uint32_t *)sums;
    int32_t n = 4 * FILTERS;
    uint32_t s1 = m[n] + m[2 * n], d1 = m[n] - m[2 * n];
    uint32_t s2 = m[3 * n] + m[4 * n], d2 = m[3 * n] - m[4 * n];

    if (taps == 5) {
        uint32_t s3 = m[5 * n] + m[6 * n], d3 = m[5 * n] - m[6 * n];

        y[0] = (int32_t)((2 * m[0] + s1 + s2 + 8 * s3) * inverse + bias);
        y[1] = (int32_t)((d1 + 2 * d2 + 4 * d3) * inverse + bias);
        y[2] = (int32_t)((s1 + 4 * s2 + 2 * s3) * inverse + bias);
        y[3] = (int32_t)((d1 + 8 * d2 + d3 + 2 * m[7 * n]) * inverse + bias);
    } else {
        y[0] = (int32_t)((2 * m[0] + s1 + s2) * inverse + bias);
        y[1] = (int32_t)((d1 + 2 * d2) * inverse + bias);
        y[2] = (int32_t)((s1 + 4 * s2) * inverse + bias);
        y[3] = (int32_t)((d1 + 8 * d2 + 2 * m[5 * n]) * inverse + bias);
    }
}

/* Requantize and store one filter's tiles in a row of the map, which has `left` columns from the
 * first on. */
static void finish_tiles(const struct winograd *c, int32_t left, int32_t channel,
                         const int32_t *sums, int8_t *out)
{
    const struct blocks *b = &c->blocks;
    struct scaling scaling = b->scaling;
    int32_t step = b->out.channels, taps = c->window.width, shift = b->shift;
    struct factor factor = factor_of_parts(&scaling, channel, shift);
    uint32_t inverse = c->inverse, bias = (uint32_t)b->bias[channel];
    const int32_t *end = sums + 4;
    int32_t y[4];

    for (; is_free(&scaling) && left >= 4 && sums != end; left -= 4, sums++) {
        tile_outputs(sums, taps, inverse, bias, y);
        *out = (int8_t)free_parts(&factor, y[0], shift);
        *(out += step) = (int8_t)free_parts(&factor, y[1], shift);
        *(out += step) = (int8_t)free_parts(&factor, y[2], shift);
        *(out += step) = (int8_t)free_parts(&factor, y[3], shift);
        out += step;
    }
    for (; left > 0 && sums != end; left -= 4, sums++) {
        tile_outputs(sums, taps, inverse, bias, y);
        for (int32_t i = 0; i < 4 && i < left; i++, out += step)
            *out = requantize_parts(&factor, y[i], shift);
    }
}

/* The same with pooling: the sums of the row below, if there is one, are `below` words further, and
 * the row of the output has `columns` from the first on. */
static void finish_pooled_tiles(const struct winograd *c, int32_t left, int32_t columns,
                                int32_t channel, const int32_t *sums, int32_t below, int8_t *out)
{
    const struct blocks *b = &c->blocks;
    struct scaling scaling = b->scaling;
    int32_t step = b->out.channels, taps = c->window.width, shift = b->shift;
    struct factor factor = factor_of_parts(&scaling, channel, shift);
    uint32_t inverse = c->inverse, bias = (uint32_t)b->bias[channel];

    for (const int32_t *end = sums + 4; left > 0 && sums != end; left -= 4, sums++) {
        int32_t y[4], lower[4];

        tile_outputs(sums, taps, inverse, bias, y);
        if (below != 0) {
            tile_outputs(sums + below, taps, inverse, bias, lower);
            y[0] = larger(y[0], lower[0]);
            y[1] = larger(y[1], lower[1]);
            y[2] = larger(y[2], lower[2]);
            y[3] = larger(y[3], lower[3]);
        }
        y[0] = left > 1 ? larger(y[0], y[1]) : y[0];
        y[2] = left > 3 ? larger(y[2], y[3]) : y[2];
        if (is_free(&scaling) && columns > 1) {
            *out = (int8_t)free_parts(&factor, y[0], shift);
            out[step] = (int8_t)free_parts(&factor, y[2], shift);
        } else {
            if (columns > 0)
                *out = requantize_parts(&factor, y[0], shift);
            if (columns > 1)
                out[step] = requantize_parts(&factor, y[2], shift);
        }
        columns -= 2;
        out += 2 * step;
    }
}

/* Requantize and store one filter's four tiles in a row of the output, from column `first` of the
 * map on. The sums of a second row of the map, if there is one, are `below` words further. */
static void finish_filter(const struct winograd *c, int32_t first, int32_t channel,
                          const int32_t *sums, int32_t below, int8_t *out)
{
    const struct blocks *b = &c->blocks;
    int32_t left = b->map.width - first;

    out += channel;
    if (b->pool == 1)
        finish_tiles(c, left, channel, sums, out + first * b->out.channels);
    else
        finish_pooled_tiles(c, left, b->out.width - first / 2, channel, sums, below,
                            out + first / 2 * b->out.channels);
}
