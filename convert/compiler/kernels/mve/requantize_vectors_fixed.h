/* needs: requantize_fixed */
#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
#define REQUANTIZE_VECTORS

/* The factors of 16 channels: of 0, 4, 8, 12, of 1, 5, 9, 13 and so on. */
struct factors {
    int32x4x4_t multiplier;
    int8x16_t shift;
};

static inline struct factors load_factors(const struct scaling *s, int32_t channel)
{
    struct factors factors = {vld4q_s32(s->multiplier + channel), vld1q_s8(s->shift + channel)};

    return factors;
}

/* As scale_fixed. Subtracting 1 from what is negative makes halves go away from zero. */
static inline int32x4_t scale_vector(int32x4_t sums, int32x4_t multiplier, int32x4_t shift)
{
    int32x4_t zero = vdupq_n_s32(0), right = vminq_s32(shift, zero);
    int32x4_t high = vqrdmulhq_s32(vshlq_s32(sums, vmaxq_s32(shift, zero)), multiplier);

    high = vqaddq_s32(high, vshrq_n_s32(vandq_s32(high, right), 31));
    return vrshlq_s32(high, right);
}

/* What comes of the sums of four of the channels, before the zero point. */
static inline int32x4_t scale_fours(const struct factors *f, int32_t which, int32x4_t sums)
{
    int16x8_t halves = which % 2 ? vmovltq_s8(f->shift) : vmovlbq_s8(f->shift);
    int32x4_t shift = which / 2 ? vmovltq_s16(halves) : vmovlbq_s16(halves);

    return scale_vector(sums, f->multiplier.val[which], shift);
}
#endif
