/* needs: prologue; stack: 48 */
/* What the vector kernels spend their time in: two filters by four columns of inputs, 16 taps at a
 * time. A block leaves the sums of filter 0 with columns 0 to 3, then those of filter 1. The
 * filters' vectors are interleaved, and those of the columns. */
struct vector_blocks {
    const int8_t *weights;    /* [blocks][vectors][2][16] */
    const int8_t *x;          /* [vectors][4][16], the same for every block */
    int32_t *sums;            /* [blocks][2][4] */
    int32_t vectors, blocks;  /* at least 1 */
};

#if defined(__ARM_FEATURE_MVE) && defined(__GNUC__) && !defined(__clang__)
/* 14 instructions for 128 multiply-accumulates. In assembly, because VMLADAVA wants its sum in an
 * even register and compilers move it there each time: the even ones hold the eight sums, r1 is
 * weights, r3 inputs, r5 rounds left, r7 blocks left, r9 sums' place, r11 the inputs' start. A
 * round is 8 vectors, each 56 bytes of code; the first round of a block enters, at [sp], where as many
 * are left as are needed; [sp, #4] has the number of rounds. */
__attribute__((naked, noinline)) static void mac_vectors(const struct vector_blocks *b)
{
    (void)b; /* in r0 */
    __asm volatile("push {r4-r11, lr}\n\t"
                   "sub sp, sp, #12\n\t"
                   "ldrd r1, r11, [r0]\n\t"
                   "ldr r9, [r0, #8]\n\t"
                   "ldrd r2, r7, [r0, #12]\n\t"
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
                   "ldr r5, [sp, #4]\n\t"
                   "mov r0, #0\n\t"
                   "mov r2, #0\n\t"
                   "mov r4, #0\n\t"
                   "mov r6, #0\n\t"
                   "mov r8, #0\n\t"
                   "mov r10, #0\n\t"
                   "mov r12, #0\n\t"
                   "mov lr, #0\n\t"
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
                   "stmia r9!, {r0, r2, r4, r6, r8, r10, r12, lr}\n\t"
                   "subs r7, r7, #1\n\t"
                   "bne.w 1b\n\t"
                   "add sp, sp, #12\n\t"
                   "pop {r4-r11, pc}\n");
}
#else
NO_LIBC static void mac_vectors(const struct vector_blocks *b)
{
    const int8_t *w = b->weights;
    int32_t *sums = b->sums;

    for (int32_t block = 0; block < b->blocks; block++, sums += 8) {
        const int8_t *x = b->x;

        for (int32_t i = 0; i < 8; i++)
            sums[i] = 0;
        for (int32_t vector = 0; vector < b->vectors; vector++, w += 32, x += 64)
            for (int32_t i = 0; i < 8; i++)
                for (int32_t lane = 0; lane < 16; lane++)
                    sums[i] += w[16 * (i / 4) + lane] * x[16 * (i % 4) + lane];
    }
}
#endif
