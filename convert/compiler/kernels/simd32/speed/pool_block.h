/* needs: block, factors; stack: 36 */
#if defined(REQUANTIZE_IN_ASSEMBLY)
/* Requantize the largest of four sums, [channels][4], of two channels at once whose outputs may be any
 * int8: 42 instructions. */
__attribute__((naked, noinline)) static void
pool_two(const uint32_t *scale, const int32_t *bias, const int32_t *sums, int8_t *out,
         const int8_t *end, int32_t shift, int32_t zero_point)
{
    (void)scale, (void)bias, (void)sums, (void)out, (void)end, (void)shift, (void)zero_point;
    __asm volatile("push {r4-r11, lr}\n\t"
                   "ldrd r8, r9, [sp, #36]\n\t"
                   "ldr r10, [sp, #44]\n"
                   "1:\n\t"
                   "ldmia r2!, {r4-r7}\n\t"
                   "cmp r4, r5\n\t"
                   "it lt\n\t"
                   "movlt r4, r5\n\t"
                   "cmp r6, r7\n\t"
                   "it lt\n\t"
                   "movlt r6, r7\n\t"
                   "cmp r4, r6\n\t"
                   "it lt\n\t"
                   "movlt r4, r6\n\t"
                   "ldmia r2!, {r5-r7, r11}\n\t"
                   "cmp r5, r6\n\t"
                   "it lt\n\t"
                   "movlt r5, r6\n\t"
                   "cmp r7, r11\n\t"
                   "it lt\n\t"
                   "movlt r7, r11\n\t"
                   "cmp r5, r7\n\t"
                   "it lt\n\t"
                   "movlt r5, r7\n\t"
                   "ldrd r6, r7, [r1], #8\n\t"
                   "add r4, r4, r6\n\t"
                   "add r5, r5, r7\n\t"
                   "asr r4, r4, r9\n\t"
                   "asr r5, r5, r9\n\t"
                   "vmov s0, s1, r4, r5\n\t"
                   "vldmia r0!, {s2-s3}\n\t"
                   "vcvt.f32.s32 s0, s0\n\t"
                   "vcvt.f32.s32 s1, s1\n\t"
                   "vmul.f32 s0, s0, s2\n\t"
                   "vmul.f32 s1, s1, s3\n\t"
                   "vcvtr.s32.f32 s0, s0\n\t"
                   "vcvtr.s32.f32 s1, s1\n\t"
                   "vmov r4, r5, s0, s1\n\t"
                   "qadd r4, r4, r10\n\t"
                   "qadd r5, r5, r10\n\t"
                   "ssat r4, #8, r4\n\t"
                   "ssat r5, #8, r5\n\t"
                   "strb r4, [r3], #1\n\t"
                   "strb r5, [r3], #1\n\t"
                   "cmp r3, r8\n\t"
                   "bne 1b\n\t"
                   "pop {r4-r11, pc}\n");
}
#endif

/* Requantize the largest of each channel's four sums. */
HELPER void pool_block(const struct blocks *b, const int32_t *sums, int8_t *out)
{
    int32_t channel = 0, channels = b->out.channels;

#if defined(REQUANTIZE_IN_ASSEMBLY)
    if (is_free(&b->scaling) && channels > 1) {
        channel = channels / 2 * 2;
        pool_two(b->scaling.scale, b->bias, sums, out, out + channel, b->shift,
                 b->scaling.zero_point);
        sums += 4 * channel;
        out += channel;
        channels -= channel;
    }
#endif
    for (; channels > 0; channels--, channel++, sums += 4) {
        int32_t best = larger(larger(sums[0], sums[1]), larger(sums[2], sums[3]));

        *out++ = requantize(&b->scaling, channel, (best + b->bias[channel]) >> b->shift);
    }
}
