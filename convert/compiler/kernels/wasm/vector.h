/* needs: prologue */
/* Vectors of WebAssembly: sums of four channels, to which pairs of products are added at once. */
#define LANES 4 /* channels of a vector of sums */
#define TAPS 4  /* of a unit of weights [pairs of taps][LANES][2] */
#define TAP_PLACE(channel, tap) ((tap) / 2 * 2 * LANES + 2 * (channel) + (tap) % 2)
#define PAIR_PLACE(channel, tap) (2 * (channel) + (tap)) /* in pairs of taps of 2 * LANES channels */

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>

#define VECTORS
typedef v128_t lanes;

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
