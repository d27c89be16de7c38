/* A dense layer with 8-bit weights, four outputs at a time. The inputs are laid out in pieces, and
 * the sums kept between them. */
struct dense_packed {
    int32_t inputs, outputs;
    const uint32_t *weights;  /* for each piece: [outputs / 4][words][4], then [words] for each output
                               * that is left; as mac_packed has them */
    const int32_t *bias;      /* [outputs], 256 times, with the input's zero point folded in */
    struct scaling scaling;
};

#define DENSE_PIECE 64 /* words of four inputs */

/* Add a piece of four outputs to their sums; returns the weights behind it. */
#if defined(__ARM_FEATURE_SIMD32) && defined(__GNUC__) && !defined(__clang__)
/* In assembly, because compilers do not load several words at once: 15 instructions for 16
 * multiply-accumulates. */
#define DENSE_WORD                                                                                \
    "ldmia r0!, {r8-r11}\n\t"                                                                     \
    "ldrd r12, lr, [r1], #8\n\t"                                                                  \
    "smlad r4, r8, r12, r4\n\t"                                                                   \
    "smlad r5, r9, r12, r5\n\t"                                                                   \
    "smlad r6, r10, r12, r6\n\t"                                                                  \
    "smlad r7, r11, r12, r7\n\t"                                                                  \
    "sxtb16 r8, r8\n\t"                                                                           \
    "sxtb16 r9, r9\n\t"                                                                           \
    "sxtb16 r10, r10\n\t"                                                                         \
    "sxtb16 r11, r11\n\t"                                                                         \
    "smlad r4, r8, lr, r4\n\t"                                                                    \
    "smlad r5, r9, lr, r5\n\t"                                                                    \
    "smlad r6, r10, lr, r6\n\t"                                                                   \
    "smlad r7, r11, lr, r7\n"

__attribute__((naked, noinline)) static const uint32_t *
dense_four(const uint32_t *w, const uint32_t *x, int32_t words, int32_t *sums)
{
    (void)w, (void)x, (void)words, (void)sums; /* in r0 to r3 */
    __asm volatile("push {r3-r11, lr}\n\t"
                   "ldmia r3, {r4-r7}\n\t"
                   "lsrs r2, r2, #1\n\t"
                   "bcc 1f\n\t"
                   "adds r2, r2, #1\n\t" /* an odd word: begin in the middle */
                   "b 2f\n"
                   "1:\n\t"
                   DENSE_WORD
                   "2:\n\t"
                   DENSE_WORD
                   "subs r2, r2, #1\n\t"
                   "bne 1b\n\t"
                   "pop {r3}\n\t"
                   "stmia r3, {r4-r7}\n\t"
                   "pop {r4-r11, pc}\n");
}
#else
static const uint32_t *dense_four(const uint32_t *w, const uint32_t *x, int32_t words,
                                  int32_t *sums)
{
    int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];

    for (; words > 0; words--, w += 4, x += 2) {
        uint32_t odd = x[0], even = x[1];

        a = dual_mac(even_bytes(w[0]), even, dual_mac(w[0], odd, a));
        b = dual_mac(even_bytes(w[1]), even, dual_mac(w[1], odd, b));
        c = dual_mac(even_bytes(w[2]), even, dual_mac(w[2], odd, c));
        d = dual_mac(even_bytes(w[3]), even, dual_mac(w[3], odd, d));
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
    return w;
}
#endif

static void dense_packed(const struct dense_packed *d, const int8_t *in, int8_t *out,
                         int32_t *scratch)
{
    int32_t *sums = scratch + 2 * DENSE_PIECE, fours = d->outputs / 4 * 4;
    uint32_t *x = (uint32_t *)scratch;
    const uint32_t *w = d->weights;

    for (int32_t i = 0; i < d->outputs; i++)
        sums[i] = d->bias[i];
    for (int32_t start = 0; start < d->inputs; start += 4 * DENSE_PIECE) {
        int32_t words = 0;

        for (; words < DENSE_PIECE && start + 4 * words < d->inputs; words++) {
            int32_t left = d->inputs - start - 4 * words;
            uint32_t word = left < 4 ? some_bytes(in, left) : four_bytes(in);

            in += 4;
            x[2 * words] = odd_bytes(word);
            x[2 * words + 1] = even_inputs(word, x[2 * words]);
        }
        for (int32_t output = 0; output < fours; output += 4)
            w = dense_four(w, x, words, sums + output);
        for (int32_t output = fours; output < d->outputs; output++)
            for (int32_t i = 0; i < words; i++, w++)
                sums[output] = dual_mac(even_bytes(*w), x[2 * i + 1],
                                        dual_mac(*w, x[2 * i], sums[output]));
    }
    for (int32_t i = 0; i < d->outputs; i++)
        out[i] = requantize(&d->scaling, i, sums[i] >> 8);
}
