/* needs: mac_4x4 */
/* mac_packed for blocks whose weights come behind the biases of the four filters, from which the
 * sums start; w_skip is 0. */
MAC_APART static void mac_biased(const struct mac_blocks *b)
{
    const uint32_t *w = b->weights;
    int32_t *sums = b->sums;

    for (int32_t block = 0; block < b->blocks; block++, sums += 16) {
        const uint32_t *x = b->x;
        MAC_SUMS;

        MAC_SET(a, w[0]);
        MAC_SET(b, w[1]);
        MAC_SET(c, w[2]);
        MAC_SET(d, w[3]);
        w += 4;
        MAC_WORDS(w, x, b->words);
        MAC_STORE_ALL(sums);
    }
}
