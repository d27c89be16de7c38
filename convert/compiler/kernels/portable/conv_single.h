/* needs: prologue, window, strip, windows, requantize, blocks */
/* A convolution of an image with one channel, stride 1. The rows that a row of blocks needs are
 * copied into a padded strip; each block's four windows are laid out as pairs of taps once, for
 * all filters. */
struct conv_single {
    struct strip strip;
    struct window window;
    const int8_t *weights;  /* [out.channels, window.height, window.width] */
    struct blocks blocks;
};

/* Weights as pairs of taps in the order of the windows, [filters / FILTERS][pairs][FILTERS]; returns
 * what is behind. */
static uint32_t *pair_weights(const struct conv_single *c, int32_t taps, uint32_t *to)
{
    int32_t filters = c->blocks.out.channels;

    for (int32_t filter = 0; filter < filters; filter += FILTERS) {
        for (int32_t n = 0; n < taps; n += 2) {
            int32_t first = nth_tap(&c->window, n), second = nth_tap(&c->window, n + 1);

            for (int32_t i = filter; i < filter + FILTERS; i++) {
                const int8_t *w = c->weights + (i < filters ? i : filter) * taps;
                *to++ = pack(w[first], n + 1 < taps ? w[second] : 0);
            }
        }
    }
    return to;
}

/* Where each tap of a window lies in the strip, and a last one again if they are odd; returns what
 * is behind. */
static int32_t *place_taps(const struct conv_single *c, int32_t *to)
{
    int32_t width = c->window.width, taps = c->window.height * width;

    for (int32_t n = 0; n < taps; n++) {
        int32_t tap = nth_tap(&c->window, n);
        *to++ = tap / width * c->strip.width + tap % width;
    }
    if (taps % 2 != 0) {
        *to = to[-1];
        to++;
    }
    return to;
}

APART static void conv_single(const struct conv_single *c, const int8_t *in, int8_t *out, int8_t *strip,
                        int32_t *scratch)
{
    int32_t taps = c->window.height * c->window.width, pairs = (taps + 1) / 2;
    uint32_t *weights = (uint32_t *)scratch, *x = pair_weights(c, taps, weights);
    int32_t *places = (int32_t *)(x + 4 * UNITS * pairs), *sums = place_taps(c, places);
    int32_t blocks = (c->blocks.out.channels + FILTERS - 1) / FILTERS;
    struct mac_blocks macs = {weights, x, sums, pairs, blocks, 0, 0};

    for (int32_t row = 0; row < c->blocks.rows; row++) {
        fill_strip(&c->strip, in, 2 * row - c->window.top, strip);
        for (int32_t column = 0; column < c->blocks.columns; column++) {
            lay_out_block(&c->window, strip + 2 * column, c->strip.width, places, x);
            mac_pairs(&macs);
            finish_block(&c->blocks, row, column, sums, out);
        }
    }
}
