/* needs: mac_1x4; stack: 64 */
/* mac_pairs with words of four 8-bit weights, added to the sums there are: 46 instructions for 16
 * multiply-accumulates on a Cortex-M0, 28 on an M3. */
#if defined(MAC_ENTER)
#if __ARM_ARCH >= 7
#define MAC_BYTE(left) "sxtb r3, r2, ror #24 - " #left "\n\t"
#else
#define MAC_BYTE(left) "lsls r3, r2, #" #left "\n\tasrs r3, r3, #24\n\t"
#endif

__attribute__((naked, noinline)) static void mac_packed(const struct mac_blocks *b)
{
    (void)b; /* in r0 */
    __asm volatile(MAC_ENTER(6) MAC_BLOCK
                   "ldr r2, [sp, #16]\n\t"
                   "ldm r2!, {r4-r7}\n\t"
                   "mov r8, r4\n\t"
                   "mov r9, r5\n\t"
                   "mov r10, r6\n\t"
                   "mov r11, r7\n"
                   "2:\n\t"
                   "ldm r0!, {r2}\n\t"
                   "sxtb r3, r2\n\t"
                   MAC_TAP
                   MAC_BYTE(16)
                   MAC_TAP
                   MAC_BYTE(8)
                   MAC_TAP
                   "asrs r3, r2, #24\n\t"
                   MAC_TAP
                   MAC_LEAVE);
}
#else
static void mac_packed(const struct mac_blocks *b)
{
    const uint32_t *w = b->weights;
    int32_t *sums = b->sums;

    for (int32_t block = 0; block < b->blocks; block++, sums += 4, w += b->w_skip) {
        const uint32_t *x = b->x + block * b->x_step;

        for (int32_t word = 0; word < b->words; word++, w++, x += 16)
            for (int32_t i = 0; i < 16; i++) {
                uint32_t tap = (uint32_t)(int8_t)(*w >> i / 4 * 8);
                sums[i % 4] = (int32_t)((uint32_t)sums[i % 4] + tap * x[i]);
            }
    }
}
#endif
