/* mac_2x4 with words of four 8-bit weights: 23 instructions for 32 multiply-accumulates, added to
 * the sums there are.
 *
 * A halfword of weights is 256 * odd + even. Its product with the odd input, and the product of
 * the even weight alone with 256 * even input - odd input + 127, make 256 times what is wanted,
 * and 127 times the even weights, which the bias takes back. For each word the inputs are the odd
 * ones of the four columns, then those made of the even ones. */
#if defined(MAC_ENTER)
__attribute__((naked, noinline)) static void mac_packed(const struct mac_blocks *b)
{
    (void)b; /* in r0 */
    __asm volatile(MAC_ENTER(10, 92, 5)
                   "ldr r12, [sp, #24]\n\t"
                   "ldmia r12, {r2-r9}\n\t"
                   MAC_ROUND
                   ".rept 10\n\t"
                   "ldrd r10, r11, [r0], #8\n\t"
                   MAC_COLUMNS(r2, r3, r6, r7)
                   MAC_COLUMNS(r4, r5, r8, r9)
                   "sxtb16 r10, r10\n\t"
                   "sxtb16 r11, r11\n\t"
                   MAC_COLUMNS(r2, r3, r6, r7)
                   MAC_COLUMNS(r4, r5, r8, r9)
                   ".endr\n\t"
                   MAC_LEAVE);
}
#else
static void mac_packed(const struct mac_blocks *b)
{
    const uint32_t *w = b->weights;
    int32_t *sums = b->sums;

    for (int32_t block = 0; block < b->blocks; block++, sums += 8, w += b->w_skip) {
        const uint32_t *x = b->x + block * b->x_step;

        for (int32_t word = 0; word < b->words; word++, w += 2, x += 8)
            for (int32_t i = 0; i < 8; i++) {
                sums[i] = dual_mac(w[i / 4], x[i % 4], sums[i]);
                sums[i] = dual_mac(even_bytes(w[i / 4]), x[4 + i % 4], sums[i]);
            }
    }
}
#endif
