/* needs: mac_packed; stack: 68 */
/* mac_packed for blocks whose weights come behind the biases of the two filters, from which the sums
 * start; w_skip is 0. */
#if defined(MAC_ENTER)
__attribute__((naked, noinline)) static void mac_biased(const struct mac_blocks *b)
{
    (void)b; /* in r0 */
    __asm volatile(MAC_ENTER(10, 92, 5)
                   "ldrd r2, r6, [r0], #8\n\t"
                   "mov r3, r2\n\t"
                   "mov r4, r2\n\t"
                   "mov r5, r2\n\t"
                   "mov r7, r6\n\t"
                   "mov r8, r6\n\t"
                   "mov r9, r6\n\t"
                   MAC_ROUND
                   ".rept 10\n\t"
                   MAC_WORD
                   ".endr\n\t"
                   MAC_LEAVE);
}
#else
static void mac_biased(const struct mac_blocks *b)
{
    struct mac_blocks one = *b;

    one.blocks = 1;
    for (int32_t block = 0; block < b->blocks; block++) {
        for (int32_t i = 0; i < 8; i++)
            one.sums[i] = (int32_t)one.weights[i / 4];
        one.weights += FILTERS;
        mac_packed(&one);
        one.weights += FILTERS * one.words;
        one.sums += 4 * FILTERS;
    }
}
#endif
