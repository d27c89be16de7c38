/* stack: 40 */
#if defined(__thumb__) && defined(__GNUC__) && !defined(__clang__)
/* Add the products of `words` of weights of four outputs; returns the weights behind them. 59
 * instructions for 16 multiply-accumulates: r0 is weights, r1 inputs, r2 a word of weights, r3 a
 * product, r4 to r7 inputs, r8 to r11 sums, r12 the inputs' end. On a Cortex-M3 39. */
#define DENSE_FOUR
#if __ARM_ARCH >= 7
#define DENSE_ROW(sum)                                                                            \
    "ldr r2, [r0], #4\n\t"                                                                        \
    "sxtb r3, r2\n\t"                                                                             \
    "mla " #sum ", r3, r4, " #sum "\n\t"                                                          \
    "sxtb r3, r2, ror #8\n\t"                                                                     \
    "mla " #sum ", r3, r5, " #sum "\n\t"                                                          \
    "sxtb r3, r2, ror #16\n\t"                                                                    \
    "mla " #sum ", r3, r6, " #sum "\n\t"                                                          \
    "asrs r3, r2, #24\n\t"                                                                        \
    "mla " #sum ", r3, r7, " #sum "\n\t"
#else
#define DENSE_ROW(sum)                                                                            \
    "ldm r0!, {r2}\n\t"                                                                           \
    "sxtb r3, r2\n\t"                                                                             \
    "muls r3, r4, r3\n\t"                                                                         \
    "add " #sum ", " #sum ", r3\n\t"                                                              \
    "asrs r3, r2, #24\n\t"                                                                        \
    "muls r3, r7, r3\n\t"                                                                         \
    "add " #sum ", " #sum ", r3\n\t"                                                              \
    "rev16 r2, r2\n\t"                                                                            \
    "sxtb r3, r2\n\t"                                                                             \
    "muls r3, r5, r3\n\t"                                                                         \
    "add " #sum ", " #sum ", r3\n\t"                                                              \
    "asrs r3, r2, #24\n\t"                                                                        \
    "muls r3, r6, r3\n\t"                                                                         \
    "add " #sum ", " #sum ", r3\n\t"
#endif

__attribute__((naked, noinline)) static const uint32_t *
dense_four(const uint32_t *w, const uint32_t *x, int32_t words, int32_t *sums)
{
    (void)w, (void)x, (void)words, (void)sums; /* in r0 to r3 */
    __asm volatile(".syntax unified\n\t"
                   "push {r3-r7, lr}\n\t"
                   "mov r4, r8\n\t"
                   "mov r5, r9\n\t"
                   "mov r6, r10\n\t"
                   "mov r7, r11\n\t"
                   "push {r4-r7}\n\t"
                   "ldm r3!, {r4-r7}\n\t"
                   "mov r8, r4\n\t"
                   "mov r9, r5\n\t"
                   "mov r10, r6\n\t"
                   "mov r11, r7\n\t"
                   "lsls r2, r2, #4\n\t"
                   "adds r2, r1, r2\n\t"
                   "mov r12, r2\n"
                   "1:\n\t"
                   "ldm r1!, {r4-r7}\n\t"
                   DENSE_ROW(r8)
                   DENSE_ROW(r9)
                   DENSE_ROW(r10)
                   DENSE_ROW(r11)
                   "cmp r1, r12\n\t"
                   "bne 1b\n\t"
                   "ldr r3, [sp, #16]\n\t"
                   "mov r4, r8\n\t"
                   "mov r5, r9\n\t"
                   "mov r6, r10\n\t"
                   "mov r7, r11\n\t"
                   "stm r3!, {r4-r7}\n\t"
                   "pop {r4-r7}\n\t"
                   "mov r8, r4\n\t"
                   "mov r9, r5\n\t"
                   "mov r10, r6\n\t"
                   "mov r11, r7\n\t"
                   "pop {r3-r7, pc}\n");
}
#endif
