/* needs: prologue; stack: 64 */
/* What a depthwise convolution spends its time in: the sums of a pixel, for four channels after the
 * other. Each tap says where the channels that it meets begin. */
struct mac_taps {
    const int32_t *taps;    /* addresses, and 0 behind them; or see below */
    const int8_t *weights;  /* [taps][channels] */
    const int32_t *bias;    /* of channel `first` */
    int32_t *sums;          /* of channel `first` */
    int32_t channels;
    int32_t first, end;     /* channels to compute, in fours */
};

#if defined(__thumb__) && defined(__GNUC__) && !defined(__clang__)
#define MAC_ADDRESSES
/* r0 and r3 are an input and a weight, r1 a tap's inputs, r2 its weights, r4 to r7 the channels, r8
 * to r11 sums, r12 how many channels there are, lr the next tap. On the stack: [sp] taps, [sp, #4]
 * weights, [sp, #8] bias, [sp, #12] sums, [sp, #16] the last channel, [sp, #20] the first. */
#if __ARM_ARCH >= 7
#define MAC_CHANNEL(channel, sum)                                                                 \
    "ldrsb r0, [r1, " #channel "]\n\t"                                                            \
    "ldrsb r3, [r2, " #channel "]\n\t"                                                            \
    "mla " #sum ", r0, r3, " #sum "\n\t"
#define MAC_NEXT "ldr r1, [lr], #4\n\t"
#else
#define MAC_CHANNEL(channel, sum)                                                                 \
    "ldrsb r0, [r1, " #channel "]\n\t"                                                            \
    "ldrsb r3, [r2, " #channel "]\n\t"                                                            \
    "muls r0, r3, r0\n\t"                                                                         \
    "add " #sum ", " #sum ", r0\n\t"
#define MAC_NEXT "mov r3, lr\n\tldm r3!, {r1}\n\tmov lr, r3\n\t"
#endif

__attribute__((naked, noinline)) static void mac_taps(const struct mac_taps *m)
{
    (void)m; /* in r0 */
    __asm volatile(".syntax unified\n\t"
                   "push {r4-r7, lr}\n\t"
                   "mov r4, r8\n\t"
                   "mov r5, r9\n\t"
                   "mov r6, r10\n\t"
                   "mov r7, r11\n\t"
                   "push {r4-r7}\n\t"
                   "sub sp, #24\n\t"
                   "ldm r0!, {r1-r7}\n\t"
                   "str r1, [sp]\n\t"
                   "str r2, [sp, #4]\n\t"
                   "str r3, [sp, #8]\n\t"
                   "str r4, [sp, #12]\n\t"
                   "mov r12, r5\n\t"
                   "str r7, [sp, #16]\n"
                   "1:\n\t"
                   "str r6, [sp, #20]\n\t"
                   "ldr r3, [sp, #8]\n\t"
                   "ldm r3!, {r4-r7}\n\t"
                   "str r3, [sp, #8]\n\t"
                   "mov r8, r4\n\t"
                   "mov r9, r5\n\t"
                   "mov r10, r6\n\t"
                   "mov r11, r7\n\t"
                   "ldr r4, [sp, #20]\n\t"
                   "adds r5, r4, #1\n\t"
                   "adds r6, r4, #2\n\t"
                   "adds r7, r4, #3\n\t"
                   "ldr r2, [sp, #4]\n\t"
                   "ldr r3, [sp]\n\t"
                   "mov lr, r3\n\t"
                   MAC_NEXT
                   "2:\n\t"
                   MAC_CHANNEL(r4, r8)
                   MAC_CHANNEL(r5, r9)
                   MAC_CHANNEL(r6, r10)
                   MAC_CHANNEL(r7, r11)
                   "add r2, r2, r12\n\t"
                   MAC_NEXT
                   "cmp r1, #0\n\t"
                   "bne 2b\n\t"
                   "ldr r3, [sp, #12]\n\t"
                   "mov r4, r8\n\t"
                   "mov r5, r9\n\t"
                   "mov r6, r10\n\t"
                   "mov r7, r11\n\t"
                   "stm r3!, {r4-r7}\n\t"
                   "str r3, [sp, #12]\n\t"
                   "ldr r6, [sp, #20]\n\t"
                   "adds r6, r6, #4\n\t"
                   "ldr r3, [sp, #16]\n\t"
                   "cmp r6, r3\n\t"
                   "blt 1b\n\t"
                   "add sp, #24\n\t"
                   "pop {r4-r7}\n\t"
                   "mov r8, r4\n\t"
                   "mov r9, r5\n\t"
                   "mov r10, r6\n\t"
                   "mov r11, r7\n\t"
                   "pop {r4-r7, pc}\n");
}
#endif
