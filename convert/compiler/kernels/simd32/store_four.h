/* needs: prologue, requantize; stack: 24 */
#if defined(REQUANTIZE_IN_ASSEMBLY)
/* Requantize sums in 256ths, [channels][4], for four pixels whose outputs are `step` bytes apart and may
 * be any int8: 30 instructions for four, in assembly because compilers load and move one at a time. */
__attribute__((naked, noinline)) static void store_four(const uint32_t *scale, const int32_t *sums,
                                                        int8_t *out, const int8_t *end,
                                                        int32_t step, int32_t zero_point)
{
    (void)scale, (void)sums, (void)out, (void)end, (void)step, (void)zero_point;
    __asm volatile("push {r4-r9}\n\t"
                   "ldrd r4, r5, [sp, #24]\n\t"
                   "add r6, r4, r4, lsl #1\n"
                   "1:\n"
                   "vldmia r0!, {s4}\n\t"
                   "vldmia r1!, {s0-s3}\n\t"
                   "vcvt.f32.s32 s0, s0, #8\n\t"
                   "vcvt.f32.s32 s1, s1, #8\n\t"
                   "vcvt.f32.s32 s2, s2, #8\n\t"
                   "vcvt.f32.s32 s3, s3, #8\n\t"
                   "vmul.f32 s0, s0, s4\n\t"
                   "vmul.f32 s1, s1, s4\n\t"
                   "vmul.f32 s2, s2, s4\n\t"
                   "vmul.f32 s3, s3, s4\n\t"
                   "vcvtr.s32.f32 s0, s0\n\t"
                   "vcvtr.s32.f32 s1, s1\n\t"
                   "vcvtr.s32.f32 s2, s2\n\t"
                   "vcvtr.s32.f32 s3, s3\n\t"
                   "vmov r7, r8, s0, s1\n\t"
                   "vmov r9, r12, s2, s3\n\t"
                   "qadd r7, r7, r5\n\t"
                   "qadd r8, r8, r5\n\t"
                   "qadd r9, r9, r5\n\t"
                   "qadd r12, r12, r5\n\t"
                   "ssat r7, #8, r7\n\t"
                   "ssat r8, #8, r8\n\t"
                   "ssat r9, #8, r9\n\t"
                   "ssat r12, #8, r12\n\t"
                   "strb r8, [r2, r4]\n\t"
                   "strb r9, [r2, r4, lsl #1]\n\t"
                   "strb r12, [r2, r6]\n\t"
                   "strb r7, [r2], #1\n\t"
                   "cmp r2, r3\n\t"
                   "bne 1b\n\t"
                   "pop {r4-r9}\n\t"
                   "bx lr\n");
}
#endif
