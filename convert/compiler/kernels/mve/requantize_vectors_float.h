/* needs: fours, requantize_float */
#if defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 2)
#define REQUANTIZE_VECTORS

/* What comes of the sums of every fourth channel from `channel` + `which` on, before the zero
 * point. It saturates. */
static inline int32x4_t scale_fours(const struct scaling *s, int32_t channel, int32_t which,
                                    int32x4_t sums)
{
    int32x4_t scale = load_four((const int32_t *)(const void *)(s->scale + channel + which));

    return vcvtnq_s32_f32(vmulq_f32(vcvtq_f32_s32(sums), vreinterpretq_f32_s32(scale)));
}
#endif
