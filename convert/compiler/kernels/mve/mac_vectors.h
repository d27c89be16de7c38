/* needs: prologue; stack: 48 */
/* What the vector kernels spend their time in: two filters by four columns of inputs, 16 taps at a
 * time, for up to 16 filters. The filters' vectors are interleaved, and those of the columns. */
struct vector_blocks {
    const int8_t *weights;    /* [blocks][vectors][2][16] */
    const int8_t *x;          /* [vectors][4][16], the same for every block */
    int32_t *sums;            /* [4][16]: by column, then by filter */
    int32_t vectors, blocks;  /* at least 1; blocks: 8 at most */
    const int32_t *bias;      /* [blocks][2] */
};

#if defined(__ARM_FEATURE_MVE) && defined(__GNUC__) && !defined(__clang__)
/* 14 instructions for 128 multiply-accumulates. In assembly, because VMLADAVA wants its sum in an
 * even register and compilers move it there each time: the even ones hold the eight sums, r1 is
 * weights, r3 inputs, r5 rounds left, r7 blocks left, r9 sums' place, r11 the inputs' start. A
 * round is 8 vectors, each 56 bytes of code; the first round of a block enters, at [sp], where as many
 * are left as are needed; [sp, #4] has the number of rounds, [sp, #8] the place of the bias. */
__attribute__((naked, noinline)) static void mac_vectors(const struct vector_blocks *b)
{
    (void)b; /* in r0 */
    __asm volatile("push {r4-r11, lr}\n\t"
                   "sub sp, sp, #12\n\t"
                   "ldrd r1, r11, [r0]\n\t"
                   "ldr r9, [r0, #8]\n\t"
                   "ldrd r2, r7, [r0, #12]\n\t"
                   "ldr r4, [r0, #20]\n\t"
                   "str r4, [sp, #8]\n\t"
                   "adds r4, r2, #7\n\t"
                   "lsrs r4, r4, #3\n\t"
                   "rsb r2, r2, r4, lsl #3\n\t"
                   "movs r6, #56\n\t"
                   "mul r2, r2, r6\n\t"
                   "adr r6, 2f\n\t"
                   "add r2, r2, r6\n\t"
                   "orr r2, r2, #1\n\t"
                   "strd r2, r4, [sp]\n"
                   "1:\n\t"
                   "mov r3, r11\n\t"
                   "ldr r5, [sp, #8]\n\t"
                   "ldrd r0, r8, [r5], #8\n\t"
                   "str r5, [sp, #8]\n\t"
                   "mov r2, r0\n\t"
                   "mov r4, r0\n\t"
                   "mov r6, r0\n\t"
                   "mov r10, r8\n\t"
                   "mov r12, r8\n\t"
                   "mov lr, r8\n\t"
                   "ldr r5, [sp, #4]\n\t"
                   "ldr pc, [sp]\n\t"
                   ".balign 4\n"
                   "2:\n\t"
                   ".rept 8\n\t"
                   "vldrb.8 q0, [r1], #16\n\t"
                   "vldrb.8 q1, [r1], #16\n\t"
                   "vldrb.8 q2, [r3], #16\n\t"
                   "vldrb.8 q3, [r3], #16\n\t"
                   "vmladava.s8 r0, q0, q2\n\t"
                   "vmladava.s8 r2, q0, q3\n\t"
                   "vmladava.s8 r8, q1, q2\n\t"
                   "vmladava.s8 r10, q1, q3\n\t"
                   "vldrb.8 q2, [r3], #16\n\t" /* q4 to q7 are the caller's */
                   "vldrb.8 q3, [r3], #16\n\t"
                   "vmladava.s8 r4, q0, q2\n\t"
                   "vmladava.s8 r6, q0, q3\n\t"
                   "vmladava.s8 r12, q1, q2\n\t"
                   "vmladava.s8 lr, q1, q3\n\t"
                   ".endr\n\t"
                   "subs r5, r5, #1\n\t"
                   "bne.w 2b\n\t"
                   "strd r0, r8, [r9], #8\n\t"
                   "strd r2, r10, [r9, #56]\n\t"
                   "strd r4, r12, [r9, #120]\n\t"
                   "strd r6, lr, [r9, #184]\n\t"
                   "subs r7, r7, #1\n\t"
                   "bne.w 1b\n\t"
                   "add sp, sp, #12\n\t"
                   "pop {r4-r11, pc}\n");
}
#else
NO_LIBC static void mac_vectors(const struct vector_blocks *b)
{
    const int8_t *w = b->weights;

    for (int32_t block = 0; block < b->blocks; block++) {
        const int8_t *x = b->x;
        int32_t *sums = b->sums + 2 * block;

        for (int32_t i = 0; i < 8; i++)
            sums[16 * (i % 4) + i / 4] = b->bias[2 * block + i / 4];
        for (int32_t vector = 0; vector < b->vectors; vector++, w += 32, x += 64)
            for (int32_t i = 0; i < 8; i++)
                for (int32_t lane = 0; lane < 16; lane++)
                    sums[16 * (i % 4) + i / 4] += w[16 * (i / 4) + lane] * x[16 * (i % 4) + lane];
    }
}
#endif
