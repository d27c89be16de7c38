/* needs: vector, requantize */
#if defined(VECTORS)
#define SCALE_LANES
/* Of LANES channels: shifts to the left, and, negative, to the right. */
typedef struct {
    int32x4_t multiplier, left, right;
} scales;

INLINE scales load_scales(const struct scaling *s, int32_t channel)
{
    int8x8_t bytes;
    int32x4_t shift;
    int32_t four;
    scales by;

    __builtin_memcpy(&four, s->shift + channel, 4);
    bytes = vreinterpret_s8_s32(vdup_n_s32(four));
    shift = vmovl_s16(vget_low_s16(vmovl_s8(bytes)));
    by.multiplier = vld1q_s32(s->multiplier + channel);
    by.left = vmaxq_s32(shift, vdupq_n_s32(0));
    by.right = vminq_s32(shift, vdupq_n_s32(0));
    return by;
}

/* What comes of sums, before the zero point: as scale_fixed has it. Subtracting 1 from what is
 * negative lets halves go away from zero. */
INLINE lanes scale_lanes(scales by, lanes sums)
{
    int32x4_t high = vqrdmulhq_s32(vshlq_s32(sums, by.left), by.multiplier);

    high = vqaddq_s32(high, vshrq_n_s32(vandq_s32(high, by.right), 31));
    return vrshlq_s32(high, by.right);
}
#endif
