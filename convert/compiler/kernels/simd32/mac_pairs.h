/* needs: mac_2x4; stack: 68 */
/* mac_2x4 with words of two 16-bit weights: 11 instructions for 16 multiply-accumulates. */
#if defined(MAC_ENTER)
__attribute__((naked, noinline, unused)) static void mac_pairs(const struct mac_blocks *b)
{
    (void)b; /* in r0 */
    __asm volatile(MAC_ENTER(20, 44, 4)
                   "adr r12, 3f\n\t"
                   "ldmia r12, {r2-r9}\n\t"
                   MAC_ROUND
                   ".rept 20\n\t"
                   "ldrd r10, r11, [r0], #8\n\t"
                   MAC_COLUMNS(r2, r3, r6, r7)
                   MAC_COLUMNS(r4, r5, r8, r9)
                   ".endr\n\t"
                   MAC_LEAVE
                   ".balign 4\n"
                   "3:\n\t"
                   ".rept 8\n\t"
                   ".word 0\n\t"
                   ".endr\n");
}
#elif defined(__wasm_simd128__)
static void mac_pairs(const struct mac_blocks *b)
{
    const uint32_t *w = b->weights;
    int32_t *sums = b->sums;

    for (int32_t block = 0; block < b->blocks; block++, sums += 8, w += b->w_skip) {
        const uint32_t *x = b->x + block * b->x_step;
        v128_t first = wasm_i32x4_splat(0), second = first;

        for (int32_t word = 0; word < b->words; word++, w += 2, x += 4) {
            v128_t inputs = wasm_v128_load(x);

            first = wasm_i32x4_add(first, wasm_i32x4_dot_i16x8(wasm_v128_load32_splat(w), inputs));
            second = wasm_i32x4_add(second,
                                    wasm_i32x4_dot_i16x8(wasm_v128_load32_splat(w + 1), inputs));
        }
        wasm_v128_store(sums, first);
        wasm_v128_store(sums + 4, second);
    }
}
#else
static void mac_pairs(const struct mac_blocks *b)
{
    const uint32_t *w = b->weights;
    int32_t *sums = b->sums;

    for (int32_t block = 0; block < b->blocks; block++, sums += 8, w += b->w_skip) {
        const uint32_t *x = b->x + block * b->x_step;

        for (int32_t i = 0; i < 8; i++)
            sums[i] = 0;
        for (int32_t word = 0; word < b->words; word++, w += 2, x += 4)
            for (int32_t i = 0; i < 8; i++)
                sums[i] = dual_mac(w[i / 4], x[i % 4], sums[i]);
    }
}
#endif
