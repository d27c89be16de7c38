/* needs: prologue, bytes, fours, dense_four, requantize */
/* A dense layer with four 8-bit weights in a word, four outputs at a time. The inputs are laid out
 * in pieces, and the sums kept between them. */
struct dense_packed {
    int32_t inputs, outputs;
    const uint32_t *weights;  /* for each piece: [outputs / 4][words][4], then [words] for each
                               * output that is left; as mac_four has them */
    int32_t shift;            /* the sums are 2^shift times what they stand for */
    const int32_t *bias;      /* [outputs], in the units of the sums, with the input's zero point
                               * folded in */
    struct scaling scaling;
};

enum { DENSE_PIECE = 64 }; /* words of four inputs */

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

/* Lay out up to a piece of `count` inputs; returns its words. */
static int32_t lay_out_piece(const int8_t *in, int32_t count, uint32_t *x)
{
    int32_t words = 0;

    for (; words < DENSE_PIECE && count > 0; words++, count -= 4, in += 4, x += FOUR)
        put_four(x, 1, count < 4 ? some_bytes(in, count) : four_bytes(in));
    return words;
}

NO_LIBC static void dense_packed(const struct dense_packed *d, const int8_t *in, int8_t *out,
                         int32_t *scratch)
{
    int32_t *sums = scratch + FOUR * DENSE_PIECE, fours = d->outputs / 4 * 4;
    uint32_t *x = (uint32_t *)scratch;
    const uint32_t *w = d->weights;

    for (int32_t i = 0; i < d->outputs; i++)
        sums[i] = d->bias[i];
    for (int32_t start = 0; start < d->inputs; start += 4 * DENSE_PIECE) {
        int32_t words = lay_out_piece(in + start, d->inputs - start, x);

        for (int32_t output = 0; output < fours; output += 4)
            w = dense_four(w, x, words, sums + output);
        for (int32_t output = fours; output < d->outputs; output++)
            for (int32_t i = 0; i < words; i++, w++)
                sums[output] = mac_four(*w, x + FOUR * i, sums[output]);
    }
    for (int32_t i = 0; i < d->outputs; i++)
        out[i] = requantize(&d->scaling, i, sums[i] >> d->shift);
}
