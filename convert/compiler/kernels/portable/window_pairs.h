/* needs: lanes */
/* Lay out some pairs of taps of a block's four windows, [pairs][UNITS][4]; `p` is where its upper left
 * corner is in the strip, and `places` where the taps are from there. */
HELPER void lay_out_pairs(const int8_t *p, int32_t strip_width, const int32_t *places,
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
