/* needs: nothing */
/* What the kernels for cores without the DSP extension spend their time in: a filter by four
 * columns of inputs.
 *
 * A block leaves the sums of its filter with columns 0 to 3. It has `words` of weights, and for each
 * weight in them four words of inputs, one for each column. */
enum { FILTERS = 1 }; /* of a block */

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
/* In assembly, because compilers do not add to the upper registers. r0 is weights, r1 inputs, r2 a
 * word of weights, r3 a tap, r8 to r11 sums, r12 the inputs' end; lr is free. On the stack: [sp] blocks left,
 * [sp, #4] bytes of a block's inputs, [sp, #8] bytes from there to the next one's, [sp, #12] bytes
 * to the next block's weights, [sp, #16] sums. A word of weights has 1 << `shift` bytes of inputs. */
#define MAC_ENTER(shift)                                                                          \
    ".syntax unified\n\t"                                                                         \
    "push {r4-r7, lr}\n\t"                                                                        \
    "mov r4, r8\n\t"                                                                              \
    "mov r5, r9\n\t"                                                                              \
    "mov r6, r10\n\t"                                                                             \
    "mov r7, r11\n\t"                                                                             \
    "push {r4-r7}\n\t"                                                                            \
    "sub sp, #20\n\t"                                                                             \
    "ldr r2, [r0, #8]\n\t"                                                                        \
    "str r2, [sp, #16]\n\t"                                                                       \
    "ldr r2, [r0, #12]\n\t"                                                                       \
    "lsls r2, r2, #" #shift "\n\t"                                                                \
    "str r2, [sp, #4]\n\t"                                                                        \
    "ldr r3, [r0, #24]\n\t"                                                                       \
    "lsls r3, r3, #2\n\t"                                                                         \
    "subs r3, r3, r2\n\t"                                                                         \
    "str r3, [sp, #8]\n\t"                                                                        \
    "ldr r3, [r0, #16]\n\t"                                                                       \
    "str r3, [sp]\n\t"                                                                            \
    "ldr r3, [r0, #20]\n\t"                                                                       \
    "lsls r3, r3, #2\n\t"                                                                         \
    "str r3, [sp, #12]\n\t"                                                                       \
    "ldr r1, [r0, #4]\n\t"                                                                        \
    "ldr r0, [r0]\n\t"
#define MAC_BLOCK                                                                                 \
    "1:\n\t"                                                                                      \
    "ldr r2, [sp, #4]\n\t"                                                                        \
    "adds r2, r1, r2\n\t"                                                                         \
    "mov r12, r2\n\t"
#if __ARM_ARCH >= 7
#define MAC_TAP                                                                                   \
    "ldm r1!, {r4-r7}\n\t"                                                                        \
    "mla r8, r3, r4, r8\n\t"                                                                      \
    "mla r9, r3, r5, r9\n\t"                                                                      \
    "mla r10, r3, r6, r10\n\t"                                                                    \
    "mla r11, r3, r7, r11\n\t"
#else
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
#endif
#define MAC_LEAVE                                                                                 \
    "cmp r1, r12\n\t"                                                                             \
    "bne 2b\n\t"                                                                                  \
    "ldr r2, [sp, #16]\n\t"                                                                       \
    "mov r4, r8\n\t"                                                                              \
    "mov r5, r9\n\t"                                                                              \
    "mov r6, r10\n\t"                                                                             \
    "mov r7, r11\n\t"                                                                             \
    "stm r2!, {r4-r7}\n\t"                                                                        \
    "str r2, [sp, #16]\n\t"                                                                       \
    "ldr r2, [sp, #12]\n\t"                                                                       \
    "adds r0, r0, r2\n\t"                                                                         \
    "ldr r2, [sp, #8]\n\t"                                                                        \
    "adds r1, r1, r2\n\t"                                                                         \
    "ldr r2, [sp]\n\t"                                                                            \
    "subs r2, r2, #1\n\t"                                                                         \
    "str r2, [sp]\n\t"                                                                            \
    "bne 1b\n\t"                                                                                  \
    "add sp, #20\n\t"                                                                             \
    "pop {r4-r7}\n\t"                                                                             \
    "mov r8, r4\n\t"                                                                              \
    "mov r9, r5\n\t"                                                                              \
    "mov r10, r6\n\t"                                                                             \
    "mov r11, r7\n\t"                                                                             \
    "pop {r4-r7, pc}\n"
#endif
