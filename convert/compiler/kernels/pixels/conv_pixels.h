/* needs: prologue, window, tap_rows, fours, mac_biased, finish_pixels */
/* A convolution with 8-bit weights for four pixels at once, one behind the other. The whole window
 * of each is laid out once, for all filters. */
struct conv_pixels {
    struct image in, out;
    struct window window;
    const uint32_t *weights;  /* [out.channels / FILTERS][1 + window.height * words][FILTERS]: the
                               * bias in the units of the sums, with the zero point folded in, and
                               * weights as mac_packed has them; a word is four taps (x, channel)
                               * of a row */
    int32_t zero_point;       /* of the input: what padding holds */
    struct scaling scaling;
};

enum { GROUPS = 8 }; /* of FILTERS filters, whose sums are kept at once */

/* Lay out the window at (row, column) of the input as one of four columns. */
HELPER void lay_out_window(const struct tap_rows *r, const int8_t *in, int32_t height, int32_t row,
                           int32_t column, uint32_t *x)
{
    int32_t place = column * r->channels, words = (r->taps + 3) / 4;

    if (row < 0 || row + height > r->rows || place < 0 || place + 4 * words > r->size) {
        for (int32_t y = row; y < row + height; y++)
            x = lay_out_row(r, in, y, column, x);
        return;
    }
    in += row * r->size + place;
    for (int32_t skip = r->size - 4 * words; height > 0; height--, in += skip) {
        const int8_t *end = in + 4 * words;

        do {
            put_four(x, 4, four_bytes(in));
            in += 4;
            x += 4 * FOUR;
        } while (in != end);
    }
}

/* The outputs of the pixels whose windows are laid out as the columns of `x`. */
static void compute_pixels(const struct conv_pixels *c, const uint32_t *x, int32_t words,
                           int32_t pixels, int32_t *sums, int8_t *out)
{
    int32_t channels = c->out.channels;
    struct mac_blocks macs = {c->weights, x, sums, words, 0, 0, 0};

    for (int32_t first = 0; first < channels; first += FILTERS * GROUPS) {
        int32_t left = channels - first;
        int32_t filters = left < FILTERS * GROUPS ? left : FILTERS * GROUPS;

        macs.blocks = (filters + FILTERS - 1) / FILTERS;
        mac_biased(&macs);
        macs.weights += FILTERS * macs.blocks * (1 + words);
        finish_pixels(&c->scaling, sums, first, first + filters, channels, pixels, out);
    }
}

static void conv_pixels(const struct conv_pixels *c, const int8_t *in, int8_t *out,
                        int32_t *scratch)
{
    const struct window *w = &c->window;
    struct tap_rows rows = tap_rows_of(&c->in, w, c->zero_point);
    int32_t words = w->height * ((rows.taps + 3) / 4), count = c->out.height * c->out.width;
    uint32_t *x = (uint32_t *)scratch + 4 * FILTERS * GROUPS;
    int32_t y = -w->top, column = -w->left;

    for (int32_t i = 0; i < count; i += 4, out += 4 * c->out.channels) {
        int32_t pixels = count - i < 4 ? count - i : 4;

        for (int32_t pixel = 0; pixel < 4; pixel++) { /* behind the last, any will do */
            lay_out_window(&rows, in, w->height, y, column, x + pixel);
            column += w->stride_x;
            if (column + w->left >= c->out.width * w->stride_x) {
                column = -w->left;
                y += w->stride_y;
            }
        }
        compute_pixels(c, x, words, pixels, scratch, out);
    }
}
