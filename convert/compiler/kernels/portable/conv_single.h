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

APART static void conv_single(const struct conv_single *c, const int8_t *in, int8_t *out, int8_t *strip,
                        int32_t *scratch)
{
    const struct window *w = &c->window;
    int32_t taps = w->height * w->width, pairs = (taps + 1) / 2;
    uint32_t *weights = (uint32_t *)scratch, *x = pair_weights(w, c->weights, c->blocks.out.channels, weights);
    int32_t *places = (int32_t *)(x + 4 * UNITS * pairs), *sums = place_taps(w, c->strip.width, places);
    int32_t blocks = (c->blocks.out.channels + FILTERS - 1) / FILTERS;
    struct mac_blocks macs = {weights, x, sums, pairs, blocks, 0, 0};

    for (int32_t row = 0; row < c->blocks.rows; row++) {
        fill_strip(&c->strip, in, 2 * row - c->window.top, strip);
        for (int32_t column = 0; column < c->blocks.columns; column++) {
            lay_out_block(w, strip + 2 * column, c->strip.width, places, pairs, x);
            mac_pairs(&macs);
            finish_block(&c->blocks, row, column, sums, out);
        }
    }
}
