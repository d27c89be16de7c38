/* needs: mac_2x4; stack: 68 */
/* mac_2x4 with words of four 8-bit weights: 23 instructions for 32 multiply-accumulates, added to
 * the sums there are.
 *
 * A halfword of weights is 256 * odd + even. Its product with the odd input, and the product of
 * the even weight alone with 256 * even input - odd input + 127, make 256 times what is wanted,
 * and 127 times the even weights, which the bias takes back. For each word the inputs are the odd
 * ones of the four columns, then those made of the even ones. */
#if defined(MAC_ENTER)
/* Four taps of both filters by the four columns. */
#define MAC_WORD                                                                                  \
    "ldrd r10, r11, [r0], #8\n\t"                                                                 \
    MAC_COLUMNS(r2, r3, r6, r7)                                                                   \
    MAC_COLUMNS(r4, r5, r8, r9)                                                                   \
    "sxtb16 r10, r10\n\t"                                                                         \
    "sxtb16 r11, r11\n\t"                                                                         \
    MAC_COLUMNS(r2, r3, r6, r7)                                                                   \
    MAC_COLUMNS(r4, r5, r8, r9)
__attribute__((naked, noinline, unused)) static void mac_packed(const struct mac_blocks *b)
{
    (void)b; /* in r0 */
    __asm volatile(MAC_ENTER(10, 92, 5)
                   "ldr r12, [sp, #24]\n\t"
                   "ldmia r12, {r2-r9}\n\t"
                   MAC_ROUND
                   ".rept 10\n\t"
                   MAC_WORD
                   ".endr\n\t"
                   MAC_LEAVE);
}
#elif defined(__wasm_simd128__)
static v128_t add_packed(v128_t sums, const uint32_t *w, v128_t odd, v128_t even)
{
    v128_t weights = wasm_v128_load32_splat(w);
    v128_t even_w = wasm_i16x8_shr(wasm_i16x8_shl(weights, 8), 8);

    sums = wasm_i32x4_add(sums, wasm_i32x4_dot_i16x8(weights, odd));
    return wasm_i32x4_add(sums, wasm_i32x4_dot_i16x8(even_w, even));
}

static void mac_packed(const struct mac_blocks *b)
{
    const uint32_t *w = b->weights;
    int32_t *sums = b->sums;

    for (int32_t block = 0; block < b->blocks; block++, sums += 8, w += b->w_skip) {
        const uint32_t *x = b->x + block * b->x_step;
        v128_t first = wasm_v128_load(sums), second = wasm_v128_load(sums + 4);

        for (int32_t word = 0; word < b->words; word++, w += 2, x += 8) {
            v128_t odd = wasm_v128_load(x), even = wasm_v128_load(x + 4);

            first = add_packed(first, w, odd, even);
            second = add_packed(second, w + 1, odd, even);
        }
        wasm_v128_store(sums, first);
        wasm_v128_store(sums + 4, second);
    }
}
#else
static void mac_packed(const struct mac_blocks *b)
{
    const uint32_t *w = b->weights;
    int32_t *sums = b->sums;

    for (int32_t block = 0; block < b->blocks; block++, sums += 8, w += b->w_skip) {
        const uint32_t *x = b->x + block * b->x_step;

        for (int32_t word = 0; word < b->words; word++, w += 2, x += 8)
            for (int32_t i = 0; i < 8; i++) {
                sums[i] = dual_mac(w[i / 4], x[i % 4], sums[i]);
                sums[i] = dual_mac(even_bytes(w[i / 4]), x[4 + i % 4], sums[i]);
            }
    }
}
#endif
