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

/* Four bytes of a row are a pair for each of two windows beside each other: for those above, and for
 * those below, where it is a row further up. */
HELPER void lay_out_block(const struct window *w, const int8_t *p, int32_t strip_width,
                          const int32_t *places, uint32_t *x)
{
    int32_t height = w->height, pairs = w->width / 2 * height;

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
    lay_out_pairs(p, strip_width, places + 2 * pairs, (height * w->width + 1) / 2 - pairs, x);
}
