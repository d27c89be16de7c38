/* needs: prologue, requantize; stack: 52 */
#if defined(REQUANTIZE_IN_ASSEMBLY)
/* Two outputs of a channel at once, along a line, as long as they may be any int8. */
struct line_run {
    uint32_t weights[6];    /* of each line the first two as a pair, then the last two */
    float scale;
    int32_t bias;
    const uint32_t *end;    /* of what `top` goes through */
    int32_t zero_point;
    int32_t step;           /* from an output to the next */
    int8_t *out;
};

/* In assembly, because every register is in use: r0 is out, r1 to r3 the lines, r4 to r9 weights, r10
 * and r11 sums, r12 and lr inputs, s2 and s3 the bias, s4 the scale; [sp] is end, [sp, #4] zero_point,
 * [sp, #8] step. */
#define LINE_ENTER                                                                                \
    "push {r4-r11, lr}\n\t"                                                                       \
    "ldmia r0!, {r4-r9}\n\t"                                                                      \
    "vldmia r0!, {s4}\n\t"                                                                        \
    "ldmia r0, {r10-r12, lr}\n\t"                                                                 \
    "vmov s2, s3, r10, r10\n\t"                                                                   \
    "push {r11, r12, lr}\n\t"                                                                     \
    "ldr r0, [r0, #16]\n"                                                                         \
    "1:\n\t"                                                                                      \
    "vmov r10, r11, s2, s3\n\t"
#define LINE_LEAVE                                                                                \
    "vmov s0, s1, r10, r11\n\t"                                                                   \
    "ldrd r12, lr, [sp, #4]\n\t"                                                                  \
    "vcvt.f32.s32 s0, s0\n\t"                                                                     \
    "vcvt.f32.s32 s1, s1\n\t"                                                                     \
    "vmul.f32 s0, s0, s4\n\t"                                                                     \
    "vmul.f32 s1, s1, s4\n\t"                                                                     \
    "vcvtr.s32.f32 s0, s0\n\t"                                                                    \
    "vcvtr.s32.f32 s1, s1\n\t"                                                                    \
    "vmov r10, r11, s0, s1\n\t"                                                                   \
    "qadd r10, r10, r12\n\t"                                                                      \
    "qadd r11, r11, r12\n\t"                                                                      \
    "ssat r10, #8, r10\n\t"                                                                       \
    "ssat r11, #8, r11\n\t"                                                                       \
    "strb r11, [r0, lr]\n\t"                                                                      \
    "strb r10, [r0]\n\t"                                                                          \
    "add r0, r0, lr, lsl #1\n\t"                                                                  \
    "ldr r12, [sp]\n\t"                                                                           \
    "cmp r1, r12\n\t"                                                                             \
    "bne 1b\n\t"                                                                                  \
    "add sp, sp, #12\n\t"                                                                         \
    "pop {r4-r11, pc}\n"
#define LINE(x, start, last)                                                                      \
    "ldrd r12, lr, [" #x "], #4\n\t"                                                              \
    "smlad r10, r12, " #start ", r10\n\t"                                                         \
    "smlatb r11, r12, " #start ", r11\n\t"                                                        \
    "smlatb r10, " #last ", lr, r10\n\t"                                                          \
    "smlad r11, lr, " #last ", r11\n\t"
#define LINE_BY_TWO(x, start, last)                                                               \
    "ldrd r12, lr, [" #x "], #8\n\t"                                                              \
    "smlad r10, r12, " #start ", r10\n\t"                                                         \
    "ldr r12, [" #x "]\n\t"                                                                       \
    "smlatb r10, " #last ", lr, r10\n\t"                                                          \
    "smlad r11, lr, " #start ", r11\n\t"                                                          \
    "smlatb r11, " #last ", r12, r11\n\t"

__attribute__((naked, noinline)) static void
mac_lines(const struct line_run *run, const uint32_t *top, const uint32_t *middle,
          const uint32_t *below)
{
    (void)run, (void)top, (void)middle, (void)below; /* in r0 to r3 */
    __asm volatile(LINE_ENTER LINE(r1, r4, r5) LINE(r2, r6, r7) LINE(r3, r8, r9) LINE_LEAVE);
}

/* The same with a stride of 2. */
__attribute__((naked, noinline)) static void
mac_lines_by_two(const struct line_run *run, const uint32_t *top, const uint32_t *middle,
                 const uint32_t *below)
{
    (void)run, (void)top, (void)middle, (void)below; /* in r0 to r3 */
    __asm volatile(LINE_ENTER LINE_BY_TWO(r1, r4, r5) LINE_BY_TWO(r2, r6, r7)
                   LINE_BY_TWO(r3, r8, r9) LINE_LEAVE);
}
#endif
