/* needs: vector, requantize */
#if defined(VECTORS)
#define SCALE_LANES
typedef float32x4_t scales;

INLINE scales load_scales(const struct scaling *s, int32_t channel)
{
    return vreinterpretq_f32_u32(vld1q_u32(s->scale + channel));
}

/* What comes of sums, before the zero point. It saturates. */
INLINE lanes scale_lanes(scales by, lanes sums)
{
    return vcvtnq_s32_f32(vmulq_f32(vcvtq_f32_s32(sums), by));
}
#endif
