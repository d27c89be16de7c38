/* A convolution by Winograd's minimal filtering (Toom-Cook) along x: four outputs in a row from
 * taps + 3 products instead of 4 * taps, exact in integers. The transformed filters and inputs fit
 * 16 bits, which the compiler has checked for every int8 input; sums wrap around, and what comes
 * out is 8 times the true sum times an odd number, whose inverse modulo 2^32 brings it back.
 * Source: A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2016. */
struct winograd {
    struct image in;
    struct window window;
    int32_t groups;           /* of 16 columns of the map, which are 4 tiles of 4 */
    const uint32_t *weights;  /* [out.channels / 2][points][window.height][pairs][2], two channels
                               * each, transformed */
    uint32_t inverse;         /* modulo 2^32, of the odd part of the transform's divisor */
    int32_t zero_point;       /* of the input; it is subtracted, so that padding is zero */
    struct blocks blocks;     /* .rows: of the output; .columns is not used */
};

static inline uint32_t dual_add(uint32_t a, uint32_t b)
{
#if defined(__ARM_FEATURE_SIMD32)
    return (uint32_t)__sadd16((int16x2_t)a, (int16x2_t)b);
#else
    return dual_sub(a, dual_sub(0, b));
#endif
}

static inline uint32_t dual_times_4(uint32_t a)
{
    a = dual_add(a, a);
    return dual_add(a, a);
}

/* Points 0, 1, -1, 2, -2, infinity; d and v are `step` words apart. */
static inline void transform_3(const uint32_t *d, int32_t step, uint32_t *v, int32_t plane)
{
    uint32_t d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step];
    uint32_t d5 = d[5 * step], one_even = dual_sub(d4, dual_times_4(d2));
    uint32_t one_odd = dual_sub(d3, dual_times_4(d1)), two_even = dual_sub(d4, d2);
    uint32_t two_odd = dual_sub(d3, d1), five = dual_add(dual_times_4(d2), d2);

    two_odd = dual_add(two_odd, two_odd);
    v[0] = dual_add(dual_sub(dual_times_4(d0), five), d4);
    v[plane] = dual_add(one_even, one_odd);
    v[2 * plane] = dual_sub(one_even, one_odd);
    v[3 * plane] = dual_add(two_even, two_odd);
    v[4 * plane] = dual_sub(two_even, two_odd);
    five = dual_add(dual_times_4(d3), d3);
    v[5 * plane] = dual_add(dual_sub(dual_times_4(d1), five), d5);
}

/* 4 * (outer - inner) + 21 * (a - b) */
static inline uint32_t transform_end(uint32_t outer, uint32_t inner, uint32_t a, uint32_t b)
{
    uint32_t rest = dual_sub(a, b), four = dual_times_4(rest);

    rest = dual_add(dual_add(rest, four), dual_times_4(four));
    return dual_add(dual_times_4(dual_sub(outer, inner)), rest);
}

/* 4 * a - 17 * b + 4 * c */
static inline uint32_t transform_one(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t sum = dual_sub(dual_add(a, c), dual_times_4(b));

    return dual_sub(dual_times_4(sum), b);
}

/* a - 5 * b + 4 * c */
static inline uint32_t transform_two(uint32_t a, uint32_t b, uint32_t c)
{
    return dual_add(dual_sub(a, b), dual_times_4(dual_sub(c, b)));
}

/* Points 0, 1, -1, 2, -2, 1/2, -1/2, infinity. */
static inline void transform_5(const uint32_t *d, int32_t step, uint32_t *v, int32_t plane)
{
    uint32_t d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step];
    uint32_t d5 = d[5 * step], d6 = d[6 * step];
    uint32_t even = transform_one(d2, d4, d6), odd = transform_one(d1, d3, d5);

    v[0] = transform_end(d6, d[0], d2, d4);
    v[plane] = dual_add(even, odd);
    v[2 * plane] = dual_sub(even, odd);
    even = transform_two(d2, d4, d6);
    odd = transform_two(d1, d3, d5);
    odd = dual_add(odd, odd);
    v[3 * plane] = dual_add(even, odd);
    v[4 * plane] = dual_sub(even, odd);
    even = transform_two(d6, d4, d2);
    even = dual_add(even, even);
    odd = transform_two(d5, d3, d1);
    v[5 * plane] = dual_add(even, odd);
    v[6 * plane] = dual_sub(even, odd);
    v[7 * plane] = transform_end(d[7 * step], d1, d3, d5);
}

/* Transform one row of the input, from `column` on, for four tiles: v is [pairs][4], and so on a
 * plane further for each point. `line` has room for the row as pairs, [16 + taps - 1][pairs]. */
static void transform_row(const struct winograd *c, const int8_t *in, int32_t column,
                          uint32_t *line, uint32_t *v, int32_t plane)
{
    int32_t channels = c->in.channels, pairs = (channels + 1) / 2, taps = c->window.width;
    uint32_t *to = line, zero = pack(c->zero_point, c->zero_point);

    for (int32_t x = column; x < column + 15 + taps; x++) {
        int inside = x >= 0 && x < c->in.width;
        const int8_t *p = inside ? in + x * channels : in;
        int32_t i = 0;

        for (; inside && i + 2 <= channels; i += 2)
            *to++ = dual_sub(pack(p[i], p[i + 1]), zero);
        for (; i < channels; i += 2) /* padding, or an odd channel with one without weights */
            *to++ = inside ? dual_sub(pack(p[i], 0), zero) : 0;
    }
    for (int32_t tile = 0; tile < 4; tile++, line += 4 * pairs)
        for (int32_t pair = 0; pair < pairs; pair++)
            if (taps == 5)
                transform_5(line + pair, pairs, v + 4 * pair + tile, plane);
            else
                transform_3(line + pair, pairs, v + 4 * pair + tile, plane);
}

/* The four outputs of a tile, 8 times, from its products; m are 8 words apart. */
static inline void tile_outputs(const int32_t *m, int32_t taps, uint32_t inverse, int32_t *y)
{
    uint32_t s1 = (uint32_t)m[8] + (uint32_t)m[16], d1 = (uint32_t)m[8] - (uint32_t)m[16];
    uint32_t s2 = (uint32_t)m[24] + (uint32_t)m[32], d2 = (uint32_t)m[24] - (uint32_t)m[32];
    uint32_t s3 = 0, d3 = 0, last = (uint32_t)m[40];

    if (taps == 5) {
        s3 = (uint32_t)m[40] + (uint32_t)m[48];
        d3 = (uint32_t)m[40] - (uint32_t)m[48];
        last = (uint32_t)m[56];
    }
    y[0] = (int32_t)(((uint32_t)m[0] + s1 + s2 + 8 * s3) * inverse);
    y[1] = (int32_t)((d1 + 2 * d2 + 4 * d3) * inverse);
    y[2] = (int32_t)((s1 + 4 * s2 + 2 * s3) * inverse);
    y[3] = (int32_t)((d1 + 8 * d2 + d3 + last) * inverse);
}

/* Requantize and store one filter's four tiles in a row of the output, from column `first` of the
 * map on. The sums of a second row of the map, if there is one, are `below` words further. */
static void finish_tiles(const struct winograd *c, int32_t first, int32_t channel,
                         const int32_t *sums, int32_t below, int8_t *out)
{
    const struct blocks *b = &c->blocks;
    int32_t step = b->out.channels, bias = b->bias[channel];

    out += first / b->pool * step + channel;
    for (int32_t tile = 0; tile < 4; tile++, sums++) {
        int32_t left = b->map.width - first - 4 * tile; /* columns of the map */
        int32_t y[4], lower[4];

        if (left <= 0)
            return;
        tile_outputs(sums, c->window.width, c->inverse, y);
        if (b->pool == 1) {
            for (int32_t i = 0; i < 4 && i < left; i++, out += step)
                *out = requantize(&b->scaling, channel, (y[i] + bias) >> b->shift);
            continue;
        }
        if (below != 0) {
            tile_outputs(sums + below, c->window.width, c->inverse, lower);
            y[0] = larger(y[0], lower[0]);
            y[1] = larger(y[1], lower[1]);
            y[2] = larger(y[2], lower[2]);
            y[3] = larger(y[3], lower[3]);
        }
        y[0] = left > 1 ? larger(y[0], y[1]) : y[0];
        y[2] = left > 3 ? larger(y[2], y[3]) : y[2];
        left = b->out.width - first / 2 - 2 * tile; /* columns of the output */
        if (left > 0)
            *out = requantize(&b->scaling, channel, (y[0] + bias) >> b->shift);
        if (left > 1)
            out[step] = requantize(&b->scaling, channel, (y[2] + bias) >> b->shift);
        out += 2 * step;
    }
}

/* Move the transformed rows that stay up, and transform those that are new. Rows outside the image
 * are left alone: they add nothing. */
static void advance_rows(const struct winograd *c, const int8_t *in, int32_t row, int32_t column,
                         uint32_t *line, uint32_t *v)
{
    int32_t size = 4 * ((c->in.channels + 1) / 2); /* words of a row in a plane */
    int32_t kept = c->window.height + c->blocks.pool - 1, plane = kept * size;
    int32_t r = row == 0 ? 0 : kept - c->blocks.pool;

    for (int32_t point = 0; row != 0 && point < c->window.width + 3; point++) {
        uint32_t *to = v + point * plane, *from = to + c->blocks.pool * size;

        for (int32_t i = 0; i < r * size; i += 4, to += 4, from += 4) {
            to[0] = from[0];
            to[1] = from[1];
            to[2] = from[2];
            to[3] = from[3];
        }
    }
    for (; r < kept; r++) {
        int32_t y = row * c->blocks.pool - c->window.top + r;

        if (y >= 0 && y < c->in.height)
            transform_row(c, in + y * c->in.width * c->in.channels, column - c->window.left, line,
                          v + r * size, plane);
    }
}

/* The products of row `row` of the map, whose window begins at v, for two filters. */
static void multiply_row(const struct winograd *c, int32_t row, const uint32_t *weights,
                         const uint32_t *v, int32_t *sums)
{
    int32_t pairs = (c->in.channels + 1) / 2, height = c->window.height;
    int32_t first = larger(0, c->window.top - row), end = c->in.height + c->window.top - row;
    int32_t count = (end < height ? end : height) - first; /* rows of the window in the image */
    struct mac_blocks macs = {
        weights + 2 * first * pairs,
        v + 4 * first * pairs,
        sums,
        count * pairs,
        c->window.width + 3,
        2 * (height - count) * pairs,
        4 * (height + c->blocks.pool - 1) * pairs,
    };

    mac_pairs(&macs);
}

static void winograd(const struct winograd *c, const int8_t *in, int8_t *out, int32_t *scratch)
{
    const struct blocks *b = &c->blocks;
    int32_t pairs = (c->in.channels + 1) / 2, points = c->window.width + 3;
    int32_t *sums = scratch; /* [rows of the map][points][2][4] */
    uint32_t *line = (uint32_t *)scratch + 8 * points * b->pool;
    uint32_t *v = line + (c->window.width + 15) * pairs;

    for (int32_t i = 0; i < c->groups * b->rows; i++) {
        int32_t row = i % b->rows, first = i / b->rows * 16, y = row * b->pool;
        int32_t below = b->pool == 2 && y + 1 < b->map.height ? 8 * points : 0;
        int8_t *to = out + row * b->out.width * b->out.channels;
        const uint32_t *weights = c->weights;

        advance_rows(c, in, row, first, line, v);
        for (int32_t channel = 0; channel < b->out.channels; channel += 2) {
            multiply_row(c, y, weights, v, sums);
            if (below != 0)
                multiply_row(c, y + 1, weights, v + 4 * pairs, sums + below);
            weights += 2 * points * c->window.height * pairs;
            finish_tiles(c, first, channel, sums, below, to);
            if (channel + 1 < b->out.channels)
                finish_tiles(c, first, channel + 1, sums + 4, below, to);
        }
    }
}
