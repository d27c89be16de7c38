/* needs: mac_4x4 */
/* Words of four 8-bit weights, added to the sums there are: 163 instructions for 64
 * multiply-accumulates. */
MAC_APART static void mac_packed(const struct mac_blocks *b)
{
    const uint32_t *w = b->weights;
    int32_t *sums = b->sums;

    for (int32_t block = 0; block < b->blocks; block++, sums += 16, w += b->w_skip) {
        const uint32_t *x = b->x + block * b->x_step;
        MAC_SUMS;

        MAC_LOAD(a, sums);
        MAC_LOAD(b, sums + 4);
        MAC_LOAD(c, sums + 8);
        MAC_LOAD(d, sums + 12);
        MAC_WORDS(w, x, b->words);
        MAC_STORE_ALL(sums);
    }
}
