/* needs: vector */
/* Products of weights and of taps, which are laid out for them. */
#if defined(VECTORS)
#define ELEMENT 2 /* bytes of a tap */
typedef v128_t parts; /* what becomes sums */

INLINE parts start_parts(lanes sums)
{
    return sums;
}

INLINE lanes whole_lanes(parts sums)
{
    return sums;
}

/* Add the products of a unit of weights and the taps of one pixel. */
INLINE parts mac_unit(parts sums, const int8_t *w, const int8_t *x)
{
    v128_t first = wasm_i32x4_dot_i16x8(wasm_i16x8_load8x8(w), wasm_v128_load32_splat(x));
    v128_t second = wasm_i32x4_dot_i16x8(wasm_i16x8_load8x8(w + 8), wasm_v128_load32_splat(x + 4));

    return wasm_i32x4_add(sums, wasm_i32x4_add(first, second));
}

/* So many taps that follow one another. */
INLINE void lay_taps(const int8_t *from, int32_t count, int8_t *x)
{
    for (; count >= 8; count -= 8, from += 8, x += 8 * ELEMENT)
        wasm_v128_store(x, wasm_i16x8_load8x8(from));
    for (; count > 0; count--, from++, x += ELEMENT) {
        int16_t tap = *from;

        __builtin_memcpy(x, &tap, 2);
    }
}
#endif
