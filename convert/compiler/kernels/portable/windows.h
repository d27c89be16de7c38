/* needs: window, window_pairs */
/* Weights [filters, taps] as pairs of taps that follow each other, [filters / FILTERS][pairs][FILTERS];
 * returns what is behind. */
static uint32_t *pair_weights(const struct window *window, const int8_t *weights, int32_t filters,
                              uint32_t *to)
{
    int32_t taps = window->height * window->width;

    for (int32_t filter = 0; filter < filters; filter += FILTERS) {
        for (int32_t tap = 0; tap < taps; tap += 2) {
            for (int32_t i = filter; i < filter + FILTERS; i++) {
                const int8_t *w = weights + (i < filters ? i : filter) * taps + tap;
                *to++ = pack(w[0], tap + 1 < taps ? w[1] : 0);
            }
        }
    }
    return to;
}

/* Where each tap of a window lies in the strip, and a last one again if they are odd; returns what
 * is behind. */
static int32_t *place_taps(const struct window *window, int32_t strip_width, int32_t *to)
{
    int32_t taps = window->height * window->width;

    for (int32_t tap = 0; tap < taps; tap++)
        *to++ = tap / window->width * strip_width + tap % window->width;
    if (taps % 2 != 0) {
        *to = to[-1];
        to++;
    }
    return to;
}

/* Lay out the four windows of the block whose upper left corner is at `p`: [pairs][UNITS][4]. */
HELPER void lay_out_block(const struct window *window, const int8_t *p, int32_t strip_width,
                          const int32_t *places, int32_t pairs, uint32_t *x)
{
    (void)window;
    lay_out_pairs(p, strip_width, places, pairs, x);
}
