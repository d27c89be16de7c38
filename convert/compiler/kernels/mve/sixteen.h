/* needs: prologue, requantize, requantize_vectors */
/* Requantization of the sums of up to 16 channels at once. */

#if defined(REQUANTIZE_VECTORS)
/* 16 channels from `channel` on; the vectors hold the sums of channels 0, 4, 8, 12, of 1, 5, 9, 13
 * and so on, which narrowing twice brings into line. */
static inline void requantize_sixteen(const struct scaling *s, int32_t channel, int32x4x4_t sums,
                                      int8_t *out)
{
    struct factors f = load_factors(s, channel);
    int32x4_t a = scale_fours(&f, 0, sums.val[0]), c = scale_fours(&f, 2, sums.val[2]);
    int16x8_t even = vqmovnbq_s32(vreinterpretq_s16_s32(a), a), odd;
    int8x16_t result;

    even = vqaddq_n_s16(vqmovntq_s32(even, c), (int16_t)s->zero_point);
    a = scale_fours(&f, 1, sums.val[1]);
    c = scale_fours(&f, 3, sums.val[3]);
    odd = vqmovnbq_s32(vreinterpretq_s16_s32(a), a);
    odd = vqaddq_n_s16(vqmovntq_s32(odd, c), (int16_t)s->zero_point);
    result = vqmovnbq_s16(vreinterpretq_s8_s16(even), even);
    result = vqmovntq_s16(result, odd);
    result = vmaxq_s8(result, vdupq_n_s8((int8_t)s->low));
    vst1q_s8(out, vminq_s8(result, vdupq_n_s8((int8_t)s->high)));
}

/* Four channels from `channel` on. */
static void requantize_four(const struct scaling *s, int32_t channel, const int32_t *sums,
                            int8_t *out)
{
    int32x4_t result = scale_next(s, channel, vld1q_s32(sums));
    int32_t zero_point = s->zero_point;

    result = vmaxq_s32(result, vdupq_n_s32(s->low - zero_point));
    result = vminq_s32(result, vdupq_n_s32(s->high - zero_point));
    vstrbq_s32(out, vaddq_n_s32(result, zero_point));
}
#endif

/* Requantize the sums of `count` channels, at most 16, from `channel` on. */
static void requantize_some(const struct scaling *s, int32_t channel, int32_t count,
                            const int32_t *sums, int8_t *out)
{
    int32_t done = 0;

#if defined(REQUANTIZE_VECTORS)
    if (count == 16) {
        requantize_sixteen(s, channel, vld4q_s32(sums), out);
        return;
    }
    for (; done + 4 <= count; done += 4)
        requantize_four(s, channel + done, sums + done, out + done);
#endif
    for (; done < count; done++)
        out[done] = requantize(s, channel + done, sums[done]);
}
