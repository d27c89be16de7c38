/* needs: prologue */
/* Vectors of WebAssembly: sums of four channels, to which pairs of products are added at once. */
#define LANES 4 /* channels of a vector of sums */
#define TAPS 4  /* of a unit of weights [pairs of taps][LANES][2] */
#define QUAD 32 /* bytes of four taps of four pixels, laid out as [pixel][tap], 16 bits each */
#define TAP_PLACE(channel, tap) ((tap) / 2 * 2 * LANES + 2 * (channel) + (tap) % 2)
#define PAIR_PLACE(channel, tap) (2 * (channel) + (tap)) /* in pairs of taps of 2 * LANES channels */

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>

#define VECTORS

typedef v128_t lanes;
typedef v128_t parts; /* what becomes sums */

INLINE lanes load_lanes(const int32_t *from)
{
    return wasm_v128_load(from);
}

INLINE void put_lanes(int32_t *to, lanes sums)
{
    wasm_v128_store(to, sums);
}

INLINE lanes larger_lanes(lanes a, lanes b)
{
    return wasm_i32x4_max(a, b);
}

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

#define MAC_PIXEL(sums, w, x, pixel) mac_unit(sums, w, (x) + 8 * (pixel))

/* The taps of one pixel alone: `quads` times four. */
INLINE void lay_one(const int8_t *from, int32_t quads, int8_t *x)
{
    for (; quads > 0; quads--, from += 4, x += 8)
        wasm_v128_store64_lane(x, wasm_i16x8_extend_low_i8x16(wasm_v128_load32_zero(from)), 0);
}

#define ONE 8 /* bytes of four taps of one pixel */
#define MAC_ONE(sums, w, x) mac_unit(sums, w, x)

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
        lay_pixel(from[pixel] + offset, quads, x + 8 * pixel);
}

/* Sums of 2 * LANES channels. */
struct pair {
    lanes a, b;
};

/* Add the products of two taps. */
INLINE struct pair mac_taps(struct pair sums, const int8_t *w, const int8_t *x, const int8_t *next)
{
    v128_t one = wasm_i16x8_load8x8(x), other = wasm_i16x8_load8x8(next);
    v128_t low = wasm_i16x8_shuffle(one, other, 0, 8, 1, 9, 2, 10, 3, 11);
    v128_t high = wasm_i16x8_shuffle(one, other, 4, 12, 5, 13, 6, 14, 7, 15);

    low = wasm_i32x4_dot_i16x8(low, wasm_i16x8_load8x8(w));
    high = wasm_i32x4_dot_i16x8(high, wasm_i16x8_load8x8(w + 8));
    sums.a = wasm_i32x4_add(sums.a, low);
    sums.b = wasm_i32x4_add(sums.b, high);
    return sums;
}

/* What is added to results, and their limits. */
struct border {
    v128_t zero_point, low, high;
};

INLINE struct border border_of(int32_t zero_point, int32_t low, int32_t high)
{
    struct border border = {wasm_i16x8_splat((int16_t)zero_point), wasm_i8x16_splat((int8_t)low),
                            wasm_i8x16_splat((int8_t)high)};

    return border;
}

/* The results of 2 * LANES channels, stored as bytes. */
INLINE void store_bytes(const struct border *border, lanes a, lanes b, int8_t *out)
{
    v128_t words = wasm_i16x8_add_sat(wasm_i16x8_narrow_i32x4(a, b), border->zero_point);
    v128_t bytes = wasm_i8x16_narrow_i16x8(words, words);

    bytes = wasm_i8x16_min(wasm_i8x16_max(bytes, border->low), border->high);
    wasm_v128_store64_lane(out, bytes, 0);
}
#endif
