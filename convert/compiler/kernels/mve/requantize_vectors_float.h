/* needs: requantize_float */
#if defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 2)
#include <arm_mve.h>
#define REQUANTIZE_VECTORS

/* The factors of 16 channels: of 0, 4, 8, 12, of 1, 5, 9, 13 and so on. */
struct factors {
    float32x4x4_t scale;
};

static inline struct factors load_factors(const struct scaling *s, int32_t channel)
{
    struct factors factors = {vld4q_f32((const float *)(const void *)(s->scale + channel))};

    return factors;
}

/* What comes of the sums of four of the channels, before the zero point. It saturates. */
static inline int32x4_t scale_fours(const struct factors *f, int32_t which, int32x4_t sums)
{
    return vcvtnq_s32_f32(vmulq_f32(vcvtq_f32_s32(sums), f->scale.val[which]));
}
#endif
