/* needs: mac_4x4 */
/* A word of weights is a pair of 16-bit taps, and a word of inputs one tap: 83 instructions for 32
 * multiply-accumulates. */
#define MAC_HALVES(w, x, tap)                                                                     \
    do {                                                                                          \
        uint32_t x0 = (x)[4 * (tap)], x1 = (x)[4 * (tap) + 1];                                    \
        uint32_t x2 = (x)[4 * (tap) + 2], x3 = (x)[4 * (tap) + 3];                                \
                                                                                                  \
        MAC_ROW(a, MAC_HALF(w, tap));                                                             \
        MAC_ROW(b, MAC_HALF(w, 2 + (tap)));                                                       \
        MAC_ROW(c, MAC_HALF(w, 4 + (tap)));                                                       \
        MAC_ROW(d, MAC_HALF(w, 6 + (tap)));                                                       \
    } while (0)

MAC_APART static void mac_pairs(const struct mac_blocks *b)
{
    const uint32_t *w = b->weights;
    int32_t *sums = b->sums;

    for (int32_t block = 0; block < b->blocks; block++, sums += 16, w += b->w_skip) {
        const uint32_t *x = b->x + block * b->x_step;
        MAC_SUMS;

        MAC_SET(a, 0);
        MAC_SET(b, 0);
        MAC_SET(c, 0);
        MAC_SET(d, 0);
        for (const uint32_t *end = x + 8 * b->words; x != end; x += 8, w += 4) {
            MAC_HALVES(w, x, 0);
            MAC_HALVES(w, x, 1);
        }
        MAC_STORE_ALL(sums);
    }
}
