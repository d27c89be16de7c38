/* needs: window, window_pairs, bytes */
/* The taps of a window as pairs: of two columns row by row, then of the next two; those of a last column
 * that is left pair among themselves. */
HELPER int32_t nth_tap(const struct window *w, int32_t n)
{
    int32_t two = 2 * w->height, columns = n / two * 2;

    if (columns >= w->width / 2 * 2)
        return (n - w->width / 2 * two) * w->width + w->width - 1;
    return n % two / 2 * w->width + columns + n % 2;
}

/* Weights [filters, taps] as pairs of taps in that order, [filters / FILTERS][pairs][FILTERS]; returns
 * what is behind. */
HELPER uint32_t *pair_weights(const struct window *window, const int8_t *weights, int32_t filters,
                              uint32_t *to)
{
    int32_t taps = window->height * window->width;

    for (int32_t filter = 0; filter < filters; filter += FILTERS) {
        for (int32_t n = 0; n < taps; n += 2) {
            int32_t first = nth_tap(window, n), second = nth_tap(window, n + 1);

            for (int32_t i = filter; i < filter + FILTERS; i++) {
                const int8_t *w = weights + (i < filters ? i : filter) * taps;
                *to++ = pack(w[first], n + 1 < taps ? w[second] : 0);
            }
        }
    }
    return to;
}

/* Where each tap of a window lies in the strip, and a last one again if they are odd; returns what
 * is behind. */
HELPER int32_t *place_taps(const struct window *window, int32_t strip_width, int32_t *to)
{
    int32_t taps = window->height * window->width;

    for (int32_t n = 0; n < taps; n++) {
        int32_t tap = nth_tap(window, n);
        *to++ = tap / window->width * strip_width + tap % window->width;
    }
    if (taps % 2 != 0) {
        *to = to[-1];
        to++;
    }
    return to;
}

/* Four bytes of a row are a pair for each of two windows beside each other: for those above, and for
 * those below, where it is a row further up. */
HELPER void lay_out_block(const struct window *w, const int8_t *p, int32_t strip_width,
                          const int32_t *places, int32_t pairs, uint32_t *x)
{
    int32_t height = w->height, laid = w->width / 2 * height;

    for (int32_t column = 0; column + 1 < w->width; column += 2) {
        const int8_t *row = p + column;
        uint32_t four = four_bytes(row), even = even_bytes(four), odd = odd_bytes(four);
        uint32_t *end = x + 4 * height;

        x[0] = low_pair(even, odd);
        x[1] = mixed_pair(odd, even);
        for (x += 4; ; x += 4) {
            row += strip_width;
            four = four_bytes(row);
            even = even_bytes(four);
            odd = odd_bytes(four);
            x[-2] = low_pair(even, odd);
            x[-1] = mixed_pair(odd, even);
            if (x == end)
                break;
            x[0] = x[-2];
            x[1] = x[-1];
        }
    }
    lay_out_pairs(p, strip_width, places + 2 * laid, pairs - laid, x);
}
