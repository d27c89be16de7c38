/* needs: vector */
/* Products of weights and of the taps of pixels, which are laid out for them. */
#if defined(VECTORS)
#define QUAD 16 /* bytes of four taps of four pixels: [pixel][tap] */
#define ONE 4   /* the same of one pixel */

#if defined(__ARM_FEATURE_DOTPROD)
typedef lanes parts; /* what becomes sums */

INLINE parts start_parts(lanes sums)
{
    return sums;
}

INLINE lanes whole_lanes(parts sums)
{
    return sums;
}

/* Add the products of a unit of weights and the taps of one of the pixels at x and y. */
#define MAC_LANE(sums, w, x, y, pixel) \
    vdotq_laneq_s32(vdotq_laneq_s32(sums, vld1q_s8(w), x, pixel), vld1q_s8((w) + 16), y, pixel)

#else
/* Two of each sum: of the first half of the channels, and of the others. */
typedef struct {
    int32x4_t low, high;
} parts;

INLINE parts start_parts(lanes sums)
{
    parts two = {vzip1q_s32(sums, vdupq_n_s32(0)), vzip2q_s32(sums, vdupq_n_s32(0))};

    return two;
}

INLINE lanes whole_lanes(parts sums)
{
    return vpaddq_s32(sums.low, sums.high);
}

/* Two products together fit 16 bits, as no weight is -128. */
INLINE parts mac_quads(parts sums, const int8_t *w, int32x4_t four, int32x4_t next)
{
    int8x16_t x = vreinterpretq_s8_s32(four), y = vreinterpretq_s8_s32(next);
    int8x16_t first = vld1q_s8(w), second = vld1q_s8(w + 16);
    int16x8_t low = vmull_s8(vget_low_s8(first), vget_low_s8(x));
    int16x8_t high = vmull_high_s8(first, x);

    low = vmlal_s8(low, vget_low_s8(second), vget_low_s8(y));
    high = vmlal_high_s8(high, second, y);
    sums.low = vpadalq_s16(sums.low, low);
    sums.high = vpadalq_s16(sums.high, high);
    return sums;
}

#define MAC_LANE(sums, w, x, y, pixel)                                       \
    mac_quads(sums, w, vdupq_laneq_s32(vreinterpretq_s32_s8(x), pixel), \
              vdupq_laneq_s32(vreinterpretq_s32_s8(y), pixel))
#endif

#define MAC_PIXEL(sums, w, x, pixel) MAC_LANE(sums, w, vld1q_s8(x), vld1q_s8((x) + QUAD), pixel)
#define MAC_ONE(sums, w, x) mac_one(sums, w, x)

INLINE parts mac_one(parts sums, const int8_t *w, const int8_t *x)
{
    int8x16_t both = vcombine_s8(vld1_s8(x), vdup_n_s8(0));
    int8x16_t next = vextq_s8(both, both, 4);

    return MAC_LANE(sums, w, both, next, 0);
}

INLINE void lay_quad(const int8_t *from, int8_t *x)
{
    __builtin_memcpy(x, from, 4);
}

/* The taps of one pixel alone: `quads` times four. */
INLINE void lay_one(const int8_t *from, int32_t quads, int8_t *x)
{
    for (; quads >= 4; quads -= 4, from += 16, x += 16)
        vst1q_s8(x, vld1q_s8(from));
    for (; quads > 0; quads--, from += 4, x += ONE)
        lay_quad(from, x);
}

INLINE int32x4_t load_quads(const int8_t *from)
{
    return vreinterpretq_s32_s8(vld1q_s8(from));
}

INLINE void put_quads(int8_t *to, int32x4_t a, int32x4_t b)
{
    vst1q_s8(to, vreinterpretq_s8_s32(vuzp1q_s32(a, b)));
    vst1q_s8(to + QUAD, vreinterpretq_s8_s32(vuzp2q_s32(a, b)));
}

/* The taps of four pixels: `quads` times four. */
INLINE void lay_four(const int8_t *const *from, int32_t offset, int32_t quads, int8_t *x)
{
    for (; quads >= 4; quads -= 4, offset += 16, x += 4 * QUAD) {
        int32x4_t p = load_quads(from[0] + offset), q = load_quads(from[1] + offset);
        int32x4_t r = load_quads(from[2] + offset), s = load_quads(from[3] + offset);
        int32x4_t pq = vreinterpretq_s32_s64(
            vzip1q_s64(vreinterpretq_s64_s32(p), vreinterpretq_s64_s32(q)));
        int32x4_t rs = vreinterpretq_s32_s64(
            vzip1q_s64(vreinterpretq_s64_s32(r), vreinterpretq_s64_s32(s)));

        put_quads(x, pq, rs);
        pq = vreinterpretq_s32_s64(vzip2q_s64(vreinterpretq_s64_s32(p), vreinterpretq_s64_s32(q)));
        rs = vreinterpretq_s32_s64(vzip2q_s64(vreinterpretq_s64_s32(r), vreinterpretq_s64_s32(s)));
        put_quads(x + 2 * QUAD, pq, rs);
    }
    for (; quads > 0; quads--, offset += 4, x += QUAD)
        for (int32_t pixel = 0; pixel < 4; pixel++)
            lay_quad(from[pixel] + offset, x + ONE * pixel);
}
#endif
