/* needs: prologue, requantize, requantize_vectors */
/* Requantization of the sums of up to 16 channels at once. The tables have something for whole
 * vectors. */

#if defined(REQUANTIZE_VECTORS)
/* `count` channels from `channel` on; the vectors hold the sums of channels 0, 4, 8, 12, of 1, 5, 9,
 * 13 and so on, which narrowing twice brings into line. */
static inline void requantize_sixteen(const struct scaling *s, int32_t channel, int32_t count,
                                      int32x4x4_t sums, int8_t *out)
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
    result = vminq_s8(result, vdupq_n_s8((int8_t)s->high));
    vstrbq_p_s8(out, result, vctp8q((uint32_t)count));
}
#endif

/* Requantize the sums of `count` channels, at most 16, from `channel` on. */
static inline void requantize_some(const struct scaling *s, int32_t channel, int32_t count,
                                   const int32_t *sums, int8_t *out)
{
#if defined(REQUANTIZE_VECTORS)
    (void)requantize; /* not needed */
    requantize_sixteen(s, channel, count, vld4q_s32(sums), out);
#else
    for (int32_t i = 0; i < count; i++)
        out[i] = requantize(s, channel + i, sums[i]);
#endif
}
