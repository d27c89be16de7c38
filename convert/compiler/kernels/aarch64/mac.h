/* needs: vector */
/* Products of weights and of taps. */
#if defined(VECTORS)
#define ELEMENT 1 /* bytes of a tap */
#define LONG 4    /* units that are multiplied together, where there are so many */

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

/* Add the products of a unit of weights and the taps of one pixel. */
INLINE parts mac_unit(parts sums, const int8_t *w, const int8_t *x)
{
    int32_t taps;

    __builtin_memcpy(&taps, x, 4);
    return vdotq_s32(sums, vld1q_s8(w), vreinterpretq_s8_s32(vdupq_n_s32(taps)));
}

/* Of two units. */
INLINE parts mac_two(parts sums, const int8_t *w, const int8_t *x)
{
    int8x8_t taps = vld1_s8(x);

    return vdotq_lane_s32(vdotq_lane_s32(sums, vld1q_s8(w), taps, 0), vld1q_s8(w + 16), taps, 1);
}

/* Of LONG units. */
INLINE parts mac_long(parts sums, const int8_t *w, const int8_t *x)
{
    int8x16_t taps = vld1q_s8(x);

    sums = vdotq_laneq_s32(sums, vld1q_s8(w), taps, 0);
    sums = vdotq_laneq_s32(sums, vld1q_s8(w + 16), taps, 1);
    sums = vdotq_laneq_s32(sums, vld1q_s8(w + 32), taps, 2);
    return vdotq_laneq_s32(sums, vld1q_s8(w + 48), taps, 3);
}
#else
#define SINGLY /* registers suffice for the parts of one vector of channels */

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

/* Add the products of a unit of weights and the taps of one pixel. */
INLINE parts mac_unit(parts sums, const int8_t *w, const int8_t *x)
{
    int8x16_t weights = vld1q_s8(w);
    int8x16_t taps;
    int32_t four;

    __builtin_memcpy(&four, x, 4);
    taps = vreinterpretq_s8_s32(vdupq_n_s32(four));
    sums.low = vpadalq_s16(sums.low, vmull_s8(vget_low_s8(weights), vget_low_s8(taps)));
    sums.high = vpadalq_s16(sums.high, vmull_high_s8(weights, taps));
    return sums;
}

/* Of two units: two products together fit 16 bits, as no weight is -128. */
INLINE parts mac_both(parts sums, const int8_t *w, int32x4_t four, int32x4_t next)
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

INLINE parts mac_two(parts sums, const int8_t *w, const int8_t *x)
{
    int32x2_t taps = vreinterpret_s32_s8(vld1_s8(x));

    return mac_both(sums, w, vdupq_lane_s32(taps, 0), vdupq_lane_s32(taps, 1));
}

/* Of LONG units. */
INLINE parts mac_long(parts sums, const int8_t *w, const int8_t *x)
{
    int32x4_t taps = vreinterpretq_s32_s8(vld1q_s8(x));

    sums = mac_both(sums, w, vdupq_laneq_s32(taps, 0), vdupq_laneq_s32(taps, 1));
    return mac_both(sums, w + 32, vdupq_laneq_s32(taps, 2), vdupq_laneq_s32(taps, 3));
}
#endif

/* So many taps that follow one another. */
INLINE void lay_taps(const int8_t *from, int32_t count, int8_t *x)
{
    for (; count >= 16; count -= 16, from += 16, x += 16)
        vst1q_s8(x, vld1q_s8(from));
    for (; count > 0; count--)
        *x++ = *from++;
}
#endif
