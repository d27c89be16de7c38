/* What the kernels for cores without the DSP extension spend their time in: a filter by four
 * columns of inputs.
 *
 * A block leaves the sums of its filter with columns 0 to 3. It has `words` of weights, two 16-bit
 * weights each, and for each weight four words of inputs, one for each column. */
struct mac_blocks {
    const uint32_t *weights;
    const uint32_t *x;
    int32_t *sums;   /* [blocks][4] */
    int32_t words;   /* of a block, at least 1 */
    int32_t blocks;  /* at least 1 */
    int32_t w_skip;  /* words of weights between a block and the next */
    int32_t x_step;  /* words of inputs from the start of a block to that of the next */
};

#if defined(__thumb__) && defined(__GNUC__) && !defined(__clang__)
/* In assembly, because compilers do not add to the upper registers: 22 instructions for 8
 * multiply-accumulates. r0 is weights, r1 inputs, r8 to r11 sums, r12 the inputs' end. On the
 * stack: [sp] blocks left, [sp, #4] bytes of a block's inputs, [sp, #8] bytes from there to the
 * next one's, [sp, #12] bytes to the next block's weights, [sp, #16] sums. */
#define MAC_TAP                                                                                   \
    "ldm r1!, {r4-r7}\n\t"                                                                        \
    "muls r4, r3, r4\n\t"                                                                         \
    "muls r5, r3, r5\n\t"                                                                         \
    "muls r6, r3, r6\n\t"                                                                         \
    "muls r7, r3, r7\n\t"                                                                         \
    "add r8, r8, r4\n\t"                                                                          \
    "add r9, r9, r5\n\t"                                                                          \
    "add r10, r10, r6\n\t"                                                                        \
    "add r11, r11, r7\n\t"
#define MAC_WORD "ldm r0!, {r2}\n\tsxth r3, r2\n\t" MAC_TAP "asrs r3, r2, #16\n\t" MAC_TAP

__attribute__((naked, noinline)) static void mac_pairs(const struct mac_blocks *b)
{
    (void)b; /* in r0 */
    __asm volatile(".syntax unified\n\t"
                   "push {r4-r7, lr}\n\t"
                   "mov r4, r8\n\t"
                   "mov r5, r9\n\t"
                   "mov r6, r10\n\t"
                   "mov r7, r11\n\t"
                   "push {r4-r7}\n\t"
                   "sub sp, #20\n\t"
                   "ldr r2, [r0, #8]\n\t"
                   "str r2, [sp, #16]\n\t"
                   "ldr r2, [r0, #12]\n\t"
                   "lsls r2, r2, #5\n\t"
                   "str r2, [sp, #4]\n\t"
                   "ldr r3, [r0, #24]\n\t"
                   "lsls r3, r3, #2\n\t"
                   "subs r3, r3, r2\n\t"
                   "str r3, [sp, #8]\n\t"
                   "ldr r3, [r0, #16]\n\t"
                   "str r3, [sp]\n\t"
                   "ldr r3, [r0, #20]\n\t"
                   "lsls r3, r3, #2\n\t"
                   "str r3, [sp, #12]\n\t"
                   "ldr r1, [r0, #4]\n\t"
                   "ldr r0, [r0]\n"
                   "1:\n\t"
                   "movs r3, #0\n\t"
                   "mov r8, r3\n\t"
                   "mov r9, r3\n\t"
                   "mov r10, r3\n\t"
                   "mov r11, r3\n\t"
                   "ldr r2, [sp, #4]\n\t"
                   "adds r3, r1, r2\n\t"
                   "mov r12, r3\n\t"
                   "lsls r2, r2, #26\n\t" /* an odd word: begin in the middle */
                   "bmi 3f\n"
                   "2:\n\t"
                   MAC_WORD
                   "3:\n\t"
                   MAC_WORD
                   "cmp r1, r12\n\t"
                   "bne 2b\n\t"
                   "ldr r2, [sp, #16]\n\t"
                   "mov r4, r8\n\t"
                   "mov r5, r9\n\t"
                   "mov r6, r10\n\t"
                   "mov r7, r11\n\t"
                   "stm r2!, {r4-r7}\n\t"
                   "str r2, [sp, #16]\n\t"
                   "ldr r2, [sp, #12]\n\t"
                   "adds r0, r0, r2\n\t"
                   "ldr r2, [sp, #8]\n\t"
                   "adds r1, r1, r2\n\t"
                   "ldr r2, [sp]\n\t"
                   "subs r2, r2, #1\n\t"
                   "str r2, [sp]\n\t"
                   "bne 1b\n\t"
                   "add sp, #20\n\t"
                   "pop {r4-r7}\n\t"
                   "mov r8, r4\n\t"
                   "mov r9, r5\n\t"
                   "mov r10, r6\n\t"
                   "mov r11, r7\n\t"
                   "pop {r4-r7, pc}\n");
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
