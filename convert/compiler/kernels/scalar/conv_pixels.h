/* needs: prologue, window, mac_packed, pixels */
/* A convolution with 8-bit weights, four pixels of the output behind each other at a time. Of their
 * windows so many rows are laid out together, once for all filters. */
struct conv_pixels {
    struct image in, out;
    struct window window;     /* dilation 1 */
    int32_t rows;             /* of the window, laid out together; they divide its height */
    const uint32_t *weights;  /* [window.height / rows][out.channels][words]: four taps in a word */
    const int32_t *bias;      /* [out.channels], with the input's zero point folded in */
    int32_t zero_point;       /* of the input: what padding holds */
    struct scaling scaling;
};

/* Lay out `count` bytes, with four words from one to the next; returns what is behind. */
static uint32_t *lay_out_bytes(const int8_t *in, int32_t count, uint32_t *x)
{
    for (; count >= 4; count -= 4, in += 4, x += 16) {
        x[0] = (uint32_t)in[0];
        x[4] = (uint32_t)in[1];
        x[8] = (uint32_t)in[2];
        x[12] = (uint32_t)in[3];
    }
    for (; count > 0; count--, in++, x += 4)
        *x = (uint32_t)*in;
    return x;
}

static uint32_t *lay_out_padding(int32_t zero_point, int32_t count, uint32_t *x)
{
    for (; count > 0; count--, x += 4)
        *x = (uint32_t)zero_point;
    return x;
}

/* Lay out a row of the window that begins at (y, left) of the input. */
static uint32_t *lay_out_line(const struct conv_pixels *c, const int8_t *in, int32_t y,
                              int32_t left, uint32_t *x)
{
    int32_t channels = c->in.channels, right = left + c->window.width, zero = c->zero_point;
    int32_t first = left < 0 ? 0 : left, end = right > c->in.width ? c->in.width : right;

    if (y < 0 || y >= c->in.height || first >= end)
        return lay_out_padding(zero, c->window.width * channels, x);
    x = lay_out_padding(zero, (first - left) * channels, x);
    x = lay_out_bytes(in + (y * c->in.width + first) * channels, (end - first) * channels, x);
    return lay_out_padding(zero, (right - end) * channels, x);
}

/* The sums of `pixels` pixels from (row, column) of the output on. */
static void sum_pixels(const struct conv_pixels *c, const int8_t *in, int32_t row, int32_t column,
                       int32_t pixels, struct mac_blocks *macs, uint32_t *x)
{
    const struct window *w = &c->window;
    int32_t filters = c->out.channels, *sum = macs->sums;

    for (int32_t filter = 0; filter < filters; filter++, sum += 4)
        sum[0] = sum[1] = sum[2] = sum[3] = c->bias[filter];
    macs->weights = c->weights;
    for (int32_t ky = 0; ky < w->height; ky += c->rows, macs->weights += filters * macs->words) {
        int32_t to_row = row, to_column = column;

        for (int32_t pixel = 0; pixel < pixels; pixel++) {
            int32_t y = to_row * w->stride_y - w->top + ky;
            uint32_t *to = x + pixel;

            for (int32_t i = 0; i < c->rows; i++, y++)
                to = lay_out_line(c, in, y, to_column * w->stride_x - w->left, to);
            if (++to_column == c->out.width) {
                to_column = 0;
                to_row++;
            }
        }
        mac_packed(macs);
    }
}

NO_LIBC static void conv_pixels(const struct conv_pixels *c, const int8_t *in, int8_t *out,
                                int32_t *scratch)
{
    int32_t words = (c->rows * c->window.width * c->in.channels + 3) / 4;
    int32_t filters = c->out.channels, left = c->out.height * c->out.width, row = 0, column = 0;
    uint32_t *x = (uint32_t *)scratch;
    struct mac_blocks macs = {c->weights, x, scratch + 16 * words, words, filters, 0, 0};

    for (int32_t i = 0; i < 16 * words; i++) /* what lies behind the taps meets weights of zero */
        x[i] = 0;
    while (left > 0) {
        int32_t pixels = left < 4 ? left : 4;

        sum_pixels(c, in, row, column, pixels, &macs, x);
        store_pixels(&c->scaling, macs.sums, 4, 1, filters, pixels, out);
        out += pixels * filters;
        left -= pixels;
        for (column += pixels; column >= c->out.width; column -= c->out.width)
            row++;
    }
}
