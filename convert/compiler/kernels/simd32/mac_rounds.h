/* needs: nothing */
#if defined(__ARM_FEATURE_SIMD32) && defined(__GNUC__) && !defined(__clang__)
/* In assembly, because every register is in use and compilers spill. On the stack: [sp] rounds
 * left, [sp, #4] where the first round enters, [sp, #8] rounds, [sp, #12] the sums' end, [sp, #16]
 * bytes to the next block's weights, [sp, #20] and to its inputs, [sp, #24] sums. A round is
 * `unroll` words, each `size` bytes of code and 1 << `shift` bytes of inputs; the first round
 * enters where as many are left as are needed. In a block r0 is weights, r1 inputs, r2 to r9 sums;
 * r10 to r12 and lr are free. */
#define MAC_ENTER(unroll, size, shift)                                                            \
    "push {r4-r11, lr}\n\t"                                                                       \
    "sub sp, sp, #28\n\t"                                                                         \
    "ldrd r1, r2, [r0, #12]\n\t"                                                                  \
    "ldrd r3, r4, [r0, #20]\n\t"                                                                  \
    "ldr r5, [r0, #8]\n\t"                                                                        \
    "str r5, [sp, #24]\n\t"                                                                       \
    "add r2, r5, r2, lsl #5\n\t"                                                                  \
    "str r2, [sp, #12]\n\t"                                                                       \
    "lsl r3, r3, #2\n\t"                                                                          \
    "lsl r4, r4, #2\n\t"                                                                          \
    "sub r4, r4, r1, lsl #" #shift "\n\t"                                                         \
    "strd r3, r4, [sp, #16]\n\t"                                                                  \
    "add r2, r1, #" #unroll " - 1\n\t"                                                            \
    "movs r3, #" #unroll "\n\t"                                                                   \
    "udiv r2, r2, r3\n\t"                                                                         \
    "str r2, [sp, #8]\n\t"                                                                        \
    "mul r2, r2, r3\n\t"                                                                          \
    "sub r2, r2, r1\n\t"                                                                          \
    "movs r3, #" #size "\n\t"                                                                     \
    "mul r2, r2, r3\n\t"                                                                          \
    "adr r3, 2f\n\t"                                                                              \
    "add r3, r3, r2\n\t"                                                                          \
    "orr r3, r3, #1\n\t"                                                                          \
    "str r3, [sp, #4]\n\t"                                                                        \
    "ldr r1, [r0, #4]\n\t"                                                                        \
    "ldr r0, [r0]\n"                                                                              \
    "1:\n\t"                                                                                      \
    "ldrd r10, r11, [sp, #4]\n\t"                                                                 \
    "str r11, [sp]\n\t"
#define MAC_ROUND                                                                                 \
    "bx r10\n\t"                                                                                  \
    ".balign 4\n"                                                                                 \
    "2:\n\t"
#define MAC_LEAVE                                                                                 \
    "ldr r12, [sp]\n\t"                                                                           \
    "subs r12, r12, #1\n\t"                                                                       \
    "str r12, [sp]\n\t"                                                                           \
    "bne.w 2b\n\t"                                                                                \
    "ldr r12, [sp, #24]\n\t"                                                                      \
    "stmia r12!, {r2-r9}\n\t"                                                                     \
    "str r12, [sp, #24]\n\t"                                                                      \
    "ldrd r2, r3, [sp, #16]\n\t"                                                                  \
    "add r0, r0, r2\n\t"                                                                          \
    "add r1, r1, r3\n\t"                                                                          \
    "ldr r2, [sp, #12]\n\t"                                                                       \
    "cmp r12, r2\n\t"                                                                             \
    "bne.w 1b\n\t"                                                                                \
    "add sp, sp, #28\n\t"                                                                         \
    "pop {r4-r11, pc}\n"
#endif
