/* needs: mac_1x4; stack: 64 */
/* A word of weights is a pair of 16-bit taps: 22 instructions for 8
 * multiply-accumulates on a Cortex-M0, 14 on an M3. */
#if defined(MAC_ENTER)
#define MAC_WORD "ldm r0!, {r2}\n\tsxth r3, r2\n\t" MAC_TAP "asrs r3, r2, #16\n\t" MAC_TAP

__attribute__((naked, noinline)) static void mac_pairs(const struct mac_blocks *b)
{
    (void)b; /* in r0 */
    __asm volatile(MAC_ENTER(5)
                   "movs r3, #0\n\t"
                   "mov r8, r3\n\t"
                   "mov r9, r3\n\t"
                   "mov r10, r3\n\t"
                   "mov r11, r3\n\t"
                   "ldr r2, [sp, #4]\n\t"
                   "lsls r2, r2, #26\n\t" /* an odd word: begin in the middle */
                   "bmi 3f\n"
                   "2:\n\t"
                   MAC_WORD
                   "3:\n\t"
                   MAC_WORD
                   MAC_LEAVE);
}
#else
static void mac_pairs(const struct mac_blocks *b)
{
    const uint32_t *w = b->weights;
    int32_t *sums = b->sums;

    for (int32_t block = 0; block < b->blocks; block++, sums += 4, w += b->w_skip) {
        const uint32_t *x = b->x + block * b->x_step;
        uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;

        for (int32_t word = 0; word < b->words; word++, w++, x += 8) {
            uint32_t low = (*w & 0xffffu) - ((*w & 0x8000u) << 1);
            uint32_t high = (uint32_t)((int32_t)*w >> 16);

            s0 += low * x[0] + high * x[4];
            s1 += low * x[1] + high * x[5];
            s2 += low * x[2] + high * x[6];
            s3 += low * x[3] + high * x[7];
        }
        sums[0] = (int32_t)s0;
        sums[1] = (int32_t)s1;
        sums[2] = (int32_t)s2;
        sums[3] = (int32_t)s3;
    }
}
#endif
