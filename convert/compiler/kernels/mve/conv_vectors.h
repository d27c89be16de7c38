/* needs: prologue, window, bytes16, mac_vectors, sixteen */
/* A convolution with vectors of 16 taps. The windows of four pixels are laid out once, for all
 * filters: those of a 2x2 max-pooling, or, without one, of four that follow one another. */
struct conv_vectors {
    struct image in, map, out;  /* map: the convolution's own output, before pooling */
    struct window window;       /* dilation 1 */
    int32_t pool;               /* 2: 2x2 max-pooling; 1: none */
    int32_t vectors;            /* for the taps of a window */
    const uint16_t *places;     /* [vectors][16], of taps in the input, from the window's corner on;
                                 * 0: rows are copied */
    const int8_t *weights;      /* [out.channels / 2][vectors][2][16], zeros behind the last tap */
    const int32_t *bias;        /* [out.channels, to 16], with the input's zero point folded in */
    int32_t zero_point;         /* of the input: what padding holds */
    struct scaling scaling;
};

/* What the window at (y, x) of the input covers, in line; the rest of the line is left. */
static void line_up(const struct conv_vectors *c, const int8_t *in, int32_t y, int32_t x,
                    int8_t *line)
{
    int32_t channels = c->in.channels, bytes = c->window.width * channels;
    int32_t first = x < 0 ? -x : 0, last = c->in.width - x;
    int32_t count = ((last < c->window.width ? last : c->window.width) - first) * channels;
    int32_t top = y < 0 ? -y : 0, stride = c->in.width * channels;
    int32_t below = c->in.height - y, end = below < c->window.height ? below : c->window.height;
    const int8_t *from = in + ((y + top) * c->in.width + x + first) * channels;

    line += top * bytes + first * channels;
    for (int32_t ky = top; ky < end; ky++, line += bytes, from += stride)
        if (count <= 16)
            copy_few(line, from, count);
        else
            copy_sixteens(line, from, count, 16);
}

/* Lay out the window at (y, x) of the input as one of four columns; `line` has room for a window. */
static void lay_out(const struct conv_vectors *c, const int8_t *in, int32_t y, int32_t x,
                    int8_t *to, int8_t *line)
{
    const struct window *w = &c->window;
    const int8_t *corner = in + (y * c->in.width + x) * c->in.channels;
    int32_t bytes = w->width * c->in.channels;
    int inside = y >= 0 && x >= 0 && y + w->height <= c->in.height && x + w->width <= c->in.width;

    if (inside && c->places) {
        const uint16_t *places = c->places, *end = places + 16 * c->vectors;

        for (; places < end; places += 16, to += 64)
            gather_sixteen(to, corner, places);
    } else if (inside && (bytes % 16 == 0 || w->height == 1)) {
        for (int32_t ky = 0; ky < w->height; ky++, to += 4 * bytes)
            copy_sixteens(to, corner + ky * c->in.width * c->in.channels, bytes, 64);
    } else {
        if (!inside)
            fill_sixteens(line, c->zero_point, c->vectors);
        line_up(c, in, y, x, line);
        copy_sixteens(to, line, 16 * c->vectors, 64);
    }
}

/* The same of the windows of four pixels inside the image: at `corner`, `second` bytes and `third`
 * bytes behind it, and both. Returns 0 where they are better laid out one by one. */
static int lay_out_four(const struct conv_vectors *c, const int8_t *corner, int32_t second,
                        int32_t third, int8_t *to)
{
    int32_t height = c->window.height, bytes = c->window.width * c->in.channels;
    int32_t stride = c->in.width * c->in.channels;

    if (c->places) {
        const uint16_t *places = c->places, *end = places + 16 * c->vectors;

        for (; places < end; places += 16, to += 64) {
            gather_sixteen(to, corner, places);
            gather_sixteen(to + 16, corner + second, places);
            gather_sixteen(to + 32, corner + third, places);
            gather_sixteen(to + 48, corner + second + third, places);
        }
        return 1;
    }
    if (bytes % 16 != 0 && height != 1)
        return 0;
    for (; height > 0; height--, corner += stride) {
        const int8_t *from = corner;

        for (int32_t left = bytes; left > 0; left -= 16, from += 16, to += 64) {
            int32_t count = left < 16 ? left : 16;

            copy_some(to, from, count);
            copy_some(to + 16, from + second, count);
            copy_some(to + 32, from + third, count);
            copy_some(to + 48, from + second + third, count);
        }
    }
    return 1;
}

/* Whether the windows of four pixels are laid out together: those of a pooling's window at (row,
 * column) of the map, or those of a row from there on. */
static int laid_out_together(const struct conv_vectors *c, const int8_t *in, int32_t row,
                             int32_t column, int8_t *x)
{
    const struct window *w = &c->window;
    int32_t more = c->pool == 2 ? 1 : 0, right = c->pool == 2 ? 1 : 3; /* pixels */
    int32_t y = row * w->stride_y - w->top, left = column * w->stride_x - w->left;
    int32_t channels = c->in.channels, second = w->stride_x * channels;
    int32_t third = more ? w->stride_y * c->in.width * channels : 2 * second;

    if (y < 0 || left < 0 || row + more >= c->map.height || column + right >= c->map.width)
        return 0;
    if (y + more * w->stride_y + w->height > c->in.height ||
        left + right * w->stride_x + w->width > c->in.width)
        return 0;
    return lay_out_four(c, in + (y * c->in.width + left) * channels, second, third, x);
}

/* The largest of the four columns' sums, in place of the first ones. */
static void largest_sums(int32_t *sums)
{
    for (int32_t i = 0; i < 16; i += 4) {
#if defined(__ARM_FEATURE_MVE)
        int32x4_t a = vmaxq_s32(vld1q_s32(sums + i), vld1q_s32(sums + 16 + i));
        int32x4_t b = vmaxq_s32(vld1q_s32(sums + 32 + i), vld1q_s32(sums + 48 + i));

        vst1q_s32(sums + i, vmaxq_s32(a, b));
#else
        for (int32_t j = i; j < i + 4; j++)
            for (int32_t pixel = 16; pixel < 64; pixel += 16)
                sums[j] = sums[pixel + j] > sums[j] ? sums[pixel + j] : sums[j];
#endif
    }
}

/* All filters on the columns at x; `count` pixels become outputs. */
static void filter_columns(const struct conv_vectors *c, const int8_t *x, int32_t *sums,
                           int32_t count, int8_t *out)
{
    int32_t channels = c->out.channels;
    struct vector_blocks macs = {c->weights, x, sums, c->vectors, 8, c->bias};

    for (int32_t channel = 0; channel < channels; channel += 16) {
        int32_t some = channels - channel < 16 ? channels - channel : 16;

        macs.blocks = (some + 1) / 2;
        mac_vectors(&macs);
        macs.weights += 256 * c->vectors;
        macs.bias += 16;
        if (c->pool == 2)
            largest_sums(sums);
        for (int32_t pixel = 0; pixel < count; pixel++)
            requantize_some(&c->scaling, channel, some, sums + 16 * pixel,
                            out + pixel * channels + channel);
    }
}

/* Lay out the windows of `count` pixels from (row, column) of the map on, or those of a pooling's. */
static void lay_out_pixels(const struct conv_vectors *c, const int8_t *in, int32_t row,
                           int32_t column, int32_t count, int8_t *x)
{
    const struct window *w = &c->window;
    int8_t *line = x + 64 * c->vectors;

    for (int32_t pixel = 0; pixel < (c->pool == 2 ? 4 : count); pixel++) {
        int32_t place = column + pixel, y = row + place / c->map.width;
        int32_t left = place % c->map.width;

        if (c->pool == 2) { /* a pixel outside the map counts as the one beside it */
            y = row + pixel / 2 < c->map.height ? row + pixel / 2 : row;
            left = column + pixel % 2 < c->map.width ? column + pixel % 2 : column;
        }
        lay_out(c, in, y * w->stride_y - w->top, left * w->stride_x - w->left, x + 16 * pixel,
                line);
    }
}

/* x is for four columns, and for a line behind them. */
static void conv_vectors(const struct conv_vectors *c, const int8_t *in, int8_t *out, int8_t *x,
                         int32_t *sums)
{
    int32_t pool = c->pool, width = pool == 2 ? 2 * c->out.width : c->map.width;
    int32_t row = 0, column = 0, count;

    for (int32_t left = c->out.height * c->out.width; left > 0; left -= count) {
        count = pool == 2 ? 1 : left < 4 ? left : 4;
        if (!laid_out_together(c, in, row, column, x))
            lay_out_pixels(c, in, row, column, count, x);
        filter_columns(c, x, sums, count, out);
        out += count * c->out.channels;
        column += pool == 2 ? 2 : count;
        for (; column >= width; column -= width)
            row += pool;
    }
}
