/* needs: mac_1x4, rounds; stack: 64 */
/* A word of weights is a pair of 16-bit taps: 21 instructions for 8 multiply-accumulates on a
 * Cortex-M0, 13 on an M3. The first of some rounds begins further on. */
#if defined(MAC_ENTER)
#define MAC_WORD "ldm r0!, {r2}\n\tsxth r3, r2\n\t" MAC_TAP "asrs r3, r2, #16\n\t" MAC_TAP
#define MAC_TEXT(number) #number
#define MAC_NUMBER(number) MAC_TEXT(number)

__attribute__((naked, noinline)) static void mac_pairs(const struct mac_blocks *b)
{
    (void)b; /* in r0 */
#if ROUND_WORDS == 2
    __asm volatile(MAC_ENTER(5)
                   MAC_BLOCK
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
#else
    __asm volatile(MAC_ENTER(5)
                   "ldr r2, [sp, #4]\n\t" /* inputs of a block: 32 bytes for a word */
                   "lsrs r2, r2, #5\n\t"
                   "rsbs r2, r2, #0\n\t"
                   "movs r3, #" MAC_NUMBER(ROUND_WORDS) " - 1\n\t"
                   "ands r2, r2, r3\n\t" /* words that the first round leaves out */
                   "movs r3, #42\n\t" /* bytes of code of a word */
                   "muls r2, r3, r2\n\t"
                   "adr r3, 2f\n\t"
                   "adds r3, r3, r2\n\t"
                   "adds r3, r3, #1\n\t"
                   "mov lr, r3\n"
                   MAC_BLOCK
                   "movs r3, #0\n\t"
                   "mov r8, r3\n\t"
                   "mov r9, r3\n\t"
                   "mov r10, r3\n\t"
                   "mov r11, r3\n\t"
                   "bx lr\n\t"
                   ".balign 4\n"
                   "2:\n\t"
                   ".rept " MAC_NUMBER(ROUND_WORDS) "\n\t"
                   MAC_WORD
                   ".endr\n\t"
                   MAC_LEAVE);
#endif
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
