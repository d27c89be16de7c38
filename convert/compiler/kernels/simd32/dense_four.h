/* needs: fours, rounds; stack: 40 */
#if defined(__ARM_FEATURE_SIMD32) && defined(__GNUC__) && !defined(__clang__)
/* Add the products of `words` of weights of four outputs; returns the weights behind them. In
 * assembly, because compilers do not load several words at once: 14 instructions of 4 bytes for the 16
 * multiply-accumulates of a word; the first of some rounds begins further on. */
#define DENSE_FOUR
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
    "smlad r7, r11, lr, r7\n\t"

__attribute__((naked, noinline)) static const uint32_t *
dense_four(const uint32_t *w, const uint32_t *x, int32_t words, int32_t *sums)
{
    (void)w, (void)x, (void)words, (void)sums; /* in r0 to r3 */
    __asm volatile("push {r3-r11, lr}\n\t"
                   "ldmia r3, {r4-r7}\n\t"
#if DENSE_ROUND == 2
                   "lsrs r2, r2, #1\n\t" /* an odd word: begin in the middle */
                   "bcc 1f\n\t"
                   "adds r2, r2, #1\n\t"
                   "b 2f\n"
                   "1:\n\t"
                   DENSE_WORD
                   "2:\n\t"
                   DENSE_WORD
#else
                   "rsb r8, r2, #0\n\t"
                   "and r8, r8, #7\n\t" /* words that the first round leaves out */
                   "add r2, r2, r8\n\t"
                   "lsrs r2, r2, #3\n\t"
                   "movs r9, #56\n\t"
                   "adr r10, 1f\n\t"
                   "mla r10, r8, r9, r10\n\t"
                   "orr r10, r10, #1\n\t"
                   "bx r10\n\t"
                   ".balign 4\n"
                   "1:\n\t"
                   ".rept " ROUND_TEXT(DENSE_ROUND) "\n\t"
                   DENSE_WORD
                   ".endr\n\t"
#endif
                   "subs r2, r2, #1\n\t"
                   "bne 1b\n\t"
                   "pop {r3}\n\t"
                   "stmia r3, {r4-r7}\n\t"
                   "pop {r4-r11, pc}\n");
}
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#define DENSE_FOUR

/* Add the products of `words` of weights of four outputs; returns the weights behind them. */
static const uint32_t *dense_four(const uint32_t *w, const uint32_t *x, int32_t words,
                                  int32_t *sums)
{
    v128_t sum = wasm_v128_load(sums);

    for (; words > 0; words--, w += 4, x += FOUR) {
        v128_t weights = wasm_v128_load(w);
        v128_t even_w = wasm_i16x8_shr(wasm_i16x8_shl(weights, 8), 8);

        sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(weights, wasm_v128_load32_splat(x)));
        sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(even_w, wasm_v128_load32_splat(x + 1)));
    }
    wasm_v128_store(sums, sum);
    return w;
}
#endif
