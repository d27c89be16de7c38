/* needs: prologue, requantize; stack: 128 */
#if defined(REQUANTIZE_SHORTLY)
/* How sums of a channel become bytes: see requantize. */
struct channel_run {
    int32_t drop, mantissa, rest, half;
    int32_t next, step;             /* bytes from a sum to the next, and from an output */
    int32_t zero_point, low, high;  /* the bounds without the zero point */
    uint32_t scale;
    int32_t (*exactly)(uint32_t scale, int32_t sum);
};

#if defined(__thumb__) && __ARM_ARCH < 7 && defined(__GNUC__) && !defined(__clang__)
/* Requantize sums for outputs up to `end`: 25 instructions each, in assembly because compilers fetch
 * half of the fields again for each. r1 is the sum, r2 the output, r3 a value, r4 drop, r5 mantissa,
 * r6 rest, r7 anything, r8 next, r9 step, r10 half, r11 zero_point, r12 low, lr high; [sp] is the
 * end, [sp, #4] the struct. Its stack is with that of `exactly`. */
__attribute__((naked, noinline)) static void
store_channel(const struct channel_run *run, const int32_t *sum, int8_t *to, const int8_t *end)
{
    (void)run, (void)sum, (void)to, (void)end; /* in r0 to r3 */
    __asm volatile(".syntax unified\n\t"
                   "push {r4-r7, lr}\n\t"
                   "mov r4, r8\n\t"
                   "mov r5, r9\n\t"
                   "mov r6, r10\n\t"
                   "mov r7, r11\n\t"
                   "push {r4-r7}\n\t"
                   "sub sp, #12\n\t"
                   "str r3, [sp]\n\t"
                   "str r0, [sp, #4]\n\t"
                   "ldm r0!, {r4-r7}\n\t"
                   "mov r10, r7\n\t"
                   "ldm r0!, {r3, r7}\n\t"
                   "mov r8, r3\n\t"
                   "mov r9, r7\n\t"
                   "ldm r0!, {r3, r7}\n\t"
                   "mov r11, r3\n\t"
                   "mov r12, r7\n\t"
                   "ldr r3, [r0]\n\t"
                   "mov lr, r3\n"
                   "1:\n\t"
                   "ldr r3, [r1]\n\t"
                   "asrs r3, r3, r4\n\t"
                   "movs r7, #255\n\t" /* kept + 32640 must be below 65280 */
                   "lsls r7, r7, #7\n\t"
                   "adds r7, r7, r3\n\t"
                   "lsrs r7, r7, #8\n\t"
                   "cmp r7, #255\n\t"
                   "bhs 5f\n\t"
                   "muls r3, r5, r3\n\t"
                   "add r3, r3, r10\n\t"
                   "asrs r3, r3, r6\n\t"
                   "lsls r7, r3, #27\n\t"
                   "beq 6f\n\t"
                   "asrs r3, r3, #5\n"
                   "2:\n\t"
                   "cmp r3, r12\n\t"
                   "bge 3f\n\t"
                   "mov r3, r12\n"
                   "3:\n\t"
                   "cmp r3, lr\n\t"
                   "ble 4f\n\t"
                   "mov r3, lr\n"
                   "4:\n\t"
                   "add r3, r3, r11\n\t"
                   "strb r3, [r2]\n\t"
                   "add r1, r1, r8\n\t"
                   "add r2, r2, r9\n\t"
                   "ldr r7, [sp]\n\t"
                   "cmp r2, r7\n\t"
                   "bne 1b\n\t"
                   "add sp, #12\n\t"
                   "pop {r4-r7}\n\t"
                   "mov r8, r4\n\t"
                   "mov r9, r5\n\t"
                   "mov r10, r6\n\t"
                   "mov r11, r7\n\t"
                   "pop {r4-r7, pc}\n"
                   "5:\n\t" /* beyond any int8 */
                   "cmp r3, #0\n\t"
                   "mov r3, lr\n\t"
                   "bge 4b\n\t"
                   "mov r3, r12\n\t"
                   "b 4b\n"
                   "6:\n\t" /* close to a half */
                   "mov r3, r12\n\t"
                   "mov r7, lr\n\t"
                   "push {r1-r3, r7}\n\t"
                   "ldr r7, [sp, #20]\n\t"
                   "ldr r0, [r7, #36]\n\t"
                   "ldr r2, [r7, #40]\n\t"
                   "ldr r1, [r1]\n\t"
                   "blx r2\n\t"
                   "pop {r1-r3, r7}\n\t"
                   "mov r12, r3\n\t"
                   "mov lr, r7\n\t"
                   "movs r3, r0\n\t"
                   "b 2b\n");
}
#else
/* A function of its own, because compilers run out of registers where it is put into others. */
#if defined(__GNUC__)
__attribute__((noinline))
#endif
static void store_channel(const struct channel_run *run, const int32_t *sum, int8_t *to,
                          const int8_t *end)
{
    int32_t drop = run->drop, mantissa = run->mantissa, rest = run->rest, half = run->half;
    int32_t low = run->low, high = run->high, next = run->next / 4, step = run->step;
    int32_t zero_point = run->zero_point;

    for (; to != end; to += step, sum += next) {
        int32_t kept = *sum >> drop, result = kept < 0 ? low : high;

        if ((uint32_t)kept + 32640 < 65280) {
            result = (kept * mantissa + half) >> rest;
            result = result % 32 == 0 ? scale_exactly(run->scale, *sum) : result >> 5;
        }
        result = result < low ? low : result > high ? high : result;
        *to = (int8_t)(result + zero_point);
    }
}
#endif
#endif
