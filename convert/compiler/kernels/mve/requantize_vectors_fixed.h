/* needs: fours, requantize_fixed */
#if defined(__ARM_FEATURE_MVE)
#define REQUANTIZE_VECTORS

/* What comes of the sums of every fourth channel from `channel` + `which` on, before the zero
 * point: as scale_fixed has it. Subtracting 1 from what is negative lets halves go away from zero. */
static inline int32x4_t scale_fours(const struct scaling *s, int32_t channel, int32_t which,
                                    int32x4_t sums)
{
    static const uint32_t places[4] = {0, 4, 8, 12};
    int32x4_t multiplier = load_four(s->multiplier + channel + which), zero = vdupq_n_s32(0);
    int32x4_t shift = vldrbq_gather_offset_s32(s->shift + channel + which, vld1q_u32(places));
    int32x4_t right = vminq_s32(shift, zero);
    int32x4_t high = vqrdmulhq_s32(vshlq_s32(sums, vmaxq_s32(shift, zero)), multiplier);

    high = vqaddq_s32(high, vshrq_n_s32(vandq_s32(high, right), 31));
    return vrshlq_s32(high, right);
}
#endif
