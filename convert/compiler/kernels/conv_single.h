/* A convolution of an image with one channel, stride 1. The rows that a row of blocks needs are
 * copied into a padded strip; each block's four windows are laid out as pairs of taps once, for
 * all filters. */
struct conv_single {
    struct strip strip;
    struct window window;
    const int8_t *weights;  /* [out.channels, window.height, window.width] */
    struct blocks blocks;
};

/* Weights as pairs of taps that follow each other, [filters / 2][pairs][2]; returns what is behind. */
static uint32_t *pair_weights(const struct conv_single *c, int32_t taps, uint32_t *to)
{
    for (int32_t filter = 0; filter < c->blocks.out.channels; filter += 2) {
        const int8_t *w = c->weights + filter * taps;
        const int8_t *other = filter + 1 < c->blocks.out.channels ? w + taps : w;

        for (int32_t tap = 0; tap < taps; tap += 2) {
            int whole = tap + 1 < taps;
            *to++ = pack(w[tap], whole ? w[tap + 1] : 0);
            *to++ = pack(other[tap], whole ? other[tap + 1] : 0);
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

/* Lay out the four windows of the block whose upper left corner is at `p`: [pairs][4]. */
static inline void lay_out_block(const int8_t *p, int32_t strip_width, const int32_t *places,
                          int32_t pairs, uint32_t *x)
{
    for (; pairs > 0; pairs--, places += 2, x += 4) {
        const int8_t *a = p + places[0], *b = p + places[1];

        x[0] = pack(a[0], b[0]);
        x[1] = pack(a[1], b[1]);
        x[2] = pack(a[strip_width], b[strip_width]);
        x[3] = pack(a[strip_width + 1], b[strip_width + 1]);
    }
}

static void conv_single(const struct conv_single *c, const int8_t *in, int8_t *out, int8_t *strip,
                        int32_t *scratch)
{
    int32_t taps = c->window.height * c->window.width, pairs = (taps + 1) / 2;
    uint32_t *weights = (uint32_t *)scratch, *x = pair_weights(c, taps, weights);
    int32_t *places = (int32_t *)(x + 4 * pairs), *sums = place_taps(c, places);
    struct mac_blocks macs = {weights, x, sums, pairs, (c->blocks.out.channels + 1) / 2, 0, 0};

    for (int32_t row = 0; row < c->blocks.rows; row++) {
        fill_strip(&c->strip, in, 2 * row - c->window.top, strip);
        for (int32_t column = 0; column < c->blocks.columns; column++) {
            lay_out_block(strip + 2 * column, c->strip.width, places, pairs, x);
            mac_pairs(&macs);
            finish_block(&c->blocks, row, column, sums, out);
        }
    }
}
