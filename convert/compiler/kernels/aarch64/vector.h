/* needs: prologue */
/* Vectors of NEON: sums of four channels. */
#define LANES 4 /* channels of a vector of sums */
#define TAPS 4  /* of a unit of weights [LANES][TAPS] */
#define TAP_PLACE(channel, tap) (TAPS * (channel) + (tap))
#define PAIR_PLACE(channel, tap) (2 * LANES * (tap) + (channel)) /* in two taps of 2 * LANES */

#if defined(__aarch64__) && defined(__ARM_NEON) && !defined(__ARM_BIG_ENDIAN)
#include <arm_neon.h>

#define VECTORS
typedef int32x4_t lanes;

INLINE lanes load_lanes(const int32_t *from)
{
    return vld1q_s32(from);
}

INLINE void put_lanes(int32_t *to, lanes sums)
{
    vst1q_s32(to, sums);
}

INLINE lanes larger_lanes(lanes a, lanes b)
{
    return vmaxq_s32(a, b);
}

/* Sums of 2 * LANES channels. */
struct pair {
    lanes a, b;
};

/* Add the products of two taps. Both together fit 16 bits, as no weight is -128. */
INLINE struct pair mac_taps(struct pair sums, const int8_t *w, const int8_t *x, const int8_t *next)
{
    int16x8_t both = vmlal_s8(vmull_s8(vld1_s8(w), vld1_s8(x)), vld1_s8(w + 8), vld1_s8(next));

    sums.a = vaddw_s16(sums.a, vget_low_s16(both));
    sums.b = vaddw_high_s16(sums.b, both);
    return sums;
}

/* What is added to results, and their limits. */
struct border {
    int16x8_t zero_point;
    int8x8_t low, high;
};

INLINE struct border border_of(int32_t zero_point, int32_t low, int32_t high)
{
    struct border border = {vdupq_n_s16((int16_t)zero_point), vdup_n_s8((int8_t)low),
                            vdup_n_s8((int8_t)high)};

    return border;
}

/* The results of 2 * LANES channels, stored as bytes. */
INLINE void store_bytes(const struct border *border, lanes a, lanes b, int8_t *out)
{
    int16x8_t words = vqmovn_high_s32(vqmovn_s32(a), b);
    int8x8_t bytes = vqmovn_s16(vqaddq_s16(words, border->zero_point));

    vst1_s8(out, vmin_s8(vmax_s8(bytes, border->low), border->high));
}
#endif
