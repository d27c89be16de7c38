/* needs: dense_layer, bytes, fours, dense_four, finish_sums */
#if !defined(DENSE_FOUR)
/* Add the products of `words` of weights of four outputs; returns the weights behind them. */
static const uint32_t *dense_four(const uint32_t *w, const uint32_t *x, int32_t words,
                                  int32_t *sums)
{
    int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];

    for (; words > 0; words--, w += 4, x += FOUR) {
        a = mac_four(w[0], x, a);
        b = mac_four(w[1], x, b);
        c = mac_four(w[2], x, c);
        d = mac_four(w[3], x, d);
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
    return w;
}
#endif

/* Lay out the first words of `count` inputs, `most` of them; returns how many there are. */
static int32_t lay_out_piece(const int8_t *in, int32_t count, int32_t most, uint32_t *x)
{
    int32_t words = 0;

    for (; words < most && count > 0; words++, count -= 4, in += 4, x += FOUR)
        put_four(x, 1, count < 4 ? some_bytes(in, count) : four_bytes(in));
    return words;
}

/* Add the products of a piece to `count` sums; returns the weights behind them. */
HELPER const uint32_t *add_piece(const uint32_t *w, const uint32_t *x, int32_t words, int32_t count,
                                 int32_t *sums)
{
    for (; count >= 4; count -= 4, sums += 4)
        w = dense_four(w, x, words, sums);
    for (; count > 0; count--, sums++)
        for (int32_t i = 0; i < words; i++, w++)
            *sums = mac_four(*w, x + FOUR * i, *sums);
    return w;
}

/* No output is written before all inputs are laid out: it may lie over them. */
NO_LIBC static void dense_packed(const struct dense_packed *d, const int8_t *in, int8_t *out,
                                 int32_t *scratch)
{
    uint32_t *x = (uint32_t *)scratch;
    int32_t *sums = scratch + FOUR * d->piece, words = 0;
    const uint32_t *w = d->weights;

    for (int32_t first = 0; first < d->outputs; first += d->group) {
        int32_t left = d->outputs - first, count = left < d->group ? left : d->group;

        for (int32_t i = 0; i < count; i++)
            sums[i] = d->bias[first + i];
        for (int32_t start = 0; start < d->inputs; start += 4 * d->piece) {
            if (first == 0)
                words = lay_out_piece(in + start, d->inputs - start, d->piece, x);
            w = add_piece(w, x, words, count, sums);
        }
        finish_sums(d, sums, first, count, out);
    }
}
