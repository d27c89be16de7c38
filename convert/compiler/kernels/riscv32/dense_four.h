/* needs: mac_4x4 */
/* Add the products of `words` of weights of four outputs; returns the weights behind them: 55
 * instructions for 16 multiply-accumulates. */
#define DENSE_FOUR

static const uint32_t *dense_four(const uint32_t *w, const uint32_t *x, int32_t words,
                                  int32_t *sums)
{
    uint32_t a = (uint32_t)sums[0], b = (uint32_t)sums[1];
    uint32_t c = (uint32_t)sums[2], d = (uint32_t)sums[3];

    for (const uint32_t *end = x + words; x != end; x++, w += 4) {
        uint32_t x0 = MAC_BYTE(x, 0), x1 = MAC_BYTE(x, 1), x2 = MAC_BYTE(x, 2), x3 = MAC_BYTE(x, 3);

        a += MAC_BYTE(w, 0) * x0 + MAC_BYTE(w, 1) * x1 + MAC_BYTE(w, 2) * x2 + MAC_BYTE(w, 3) * x3;
        b += MAC_BYTE(w, 4) * x0 + MAC_BYTE(w, 5) * x1 + MAC_BYTE(w, 6) * x2 + MAC_BYTE(w, 7) * x3;
        c += MAC_BYTE(w, 8) * x0 + MAC_BYTE(w, 9) * x1 + MAC_BYTE(w, 10) * x2 + MAC_BYTE(w, 11) * x3;
        d += MAC_BYTE(w, 12) * x0 + MAC_BYTE(w, 13) * x1 + MAC_BYTE(w, 14) * x2 +
             MAC_BYTE(w, 15) * x3;
    }
    sums[0] = (int32_t)a;
    sums[1] = (int32_t)b;
    sums[2] = (int32_t)c;
    sums[3] = (int32_t)d;
    return w;
}
