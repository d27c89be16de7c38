/* needs: prologue, window, strip, lanes, requantize, blocks */
/* A convolution of an image with one channel, stride 1. The rows that a row of blocks needs are
 * copied into a padded strip; each block's four windows are laid out as pairs of taps once, for
 * all filters. */
struct conv_single {
    struct strip strip;
    struct window window;
    const int8_t *weights;  /* [out.channels, window.height, window.width] */
    struct blocks blocks;
};

/* Weights as pairs of taps that follow each other, [filters / FILTERS][pairs][FILTERS]; returns
 * what is behind. */
static uint32_t *pair_weights(const struct conv_single *c, int32_t taps, uint32_t *to)
{
    int32_t filters = c->blocks.out.channels;

    for (int32_t filter = 0; filter < filters; filter += FILTERS) {
        for (int32_t tap = 0; tap < taps; tap += 2) {
            for (int32_t i = filter; i < filter + FILTERS; i++) {
                const int8_t *w = c->weights + (i < filters ? i : filter) * taps + tap;
                *to++ = pack(w[0], tap + 1 < taps ? w[1] : 0);
            }
        }
    }
    return to;
}

/* Where each tap of a window lies in the strip, and a last one again if they are odd; returns what
 * is behind. */
static int32_t *place_taps(const struct conv_single *c, int32_t *to)
{
    int32_t taps = c->window.height * c->window.width;

    for (int32_t tap = 0; tap < taps; tap++)
        *to++ = tap / c->window.width * c->strip.width + tap % c->window.width;
    if (taps % 2 != 0) {
        *to = to[-1];
        to++;
    }
    return to;
}

/* Lay out the four windows of the block whose upper left corner is at `p`: [pairs][UNITS][4]. */
static inline void lay_out_block(const int8_t *p, int32_t strip_width, const int32_t *places,
                          int32_t pairs, uint32_t *x)
{
    for (; pairs > 0; pairs--, places += 2, x += 4 * UNITS) {
        const int8_t *a = p + places[0], *b = p + places[1];

        put_column(x, a[0], b[0]);
        put_column(x + 1, a[1], b[1]);
        put_column(x + 2, a[strip_width], b[strip_width]);
        put_column(x + 3, a[strip_width + 1], b[strip_width + 1]);
    }
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
            lay_out_block(strip + 2 * column, c->strip.width, places, pairs, x);
            mac_pairs(&macs);
            finish_block(&c->blocks, row, column, sums, out);
        }
    }
}
