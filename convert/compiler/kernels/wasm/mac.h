/* needs: vector */
/* Products of weights and of the taps of pixels, which are laid out for them. */
#if defined(VECTORS)
#define QUAD 32 /* bytes of four taps of four pixels: [pixel][tap], 16 bits each */
#define ONE 8   /* the same of one pixel */
#define MAC_PIXEL(sums, w, x, pixel) mac_unit(sums, w, (x) + ONE * (pixel))
#define MAC_ONE(sums, w, x) mac_unit(sums, w, x)
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

/* The taps of one pixel alone: `quads` times four. */
INLINE void lay_one(const int8_t *from, int32_t quads, int8_t *x)
{
    for (; quads > 0; quads--, from += 4, x += 8)
        wasm_v128_store64_lane(x, wasm_i16x8_extend_low_i8x16(wasm_v128_load32_zero(from)), 0);
}

/* The same, each four QUAD bytes behind the four before. */
INLINE void lay_pixel(const int8_t *from, int32_t quads, int8_t *x)
{
    for (; quads > 1; quads -= 2, from += 8, x += 2 * QUAD) {
        v128_t both = wasm_i16x8_load8x8(from);

        wasm_v128_store64_lane(x, both, 0);
        wasm_v128_store64_lane(x + QUAD, both, 1);
    }
    if (quads > 0)
        lay_one(from, 1, x);
}

/* The taps of four pixels: `quads` times four. */
INLINE void lay_four(const int8_t *const *from, int32_t offset, int32_t quads, int8_t *x)
{
    for (int32_t pixel = 0; pixel < 4; pixel++)
        lay_pixel(from[pixel] + offset, quads, x + ONE * pixel);
}
#endif
