/* needs: prologue, requantize, fours, requantize_vectors */
/* Requantization of the sums of up to 16 channels at once. The tables have something for whole
 * vectors. */

#if defined(REQUANTIZE_VECTORS)
/* `count` channels from `channel` on, stored in line by narrowing twice. */
static inline void requantize_sixteen(const struct scaling *s, int32_t channel, int32_t count,
                                      struct fours sums, int8_t *out)
{
    int32x4_t a = scale_fours(s, channel, 0, sums.a), b = scale_fours(s, channel, 1, sums.b);
    int32x4_t c = scale_fours(s, channel, 2, sums.c), d = scale_fours(s, channel, 3, sums.d);
    int16x8_t even = vqmovntq_s32(vqmovnbq_s32(vreinterpretq_s16_s32(a), a), c);
    int16x8_t odd = vqmovntq_s32(vqmovnbq_s32(vreinterpretq_s16_s32(b), b), d);
    int8x16_t result;

    even = vqaddq_n_s16(even, (int16_t)s->zero_point);
    odd = vqaddq_n_s16(odd, (int16_t)s->zero_point);
    result = vqmovntq_s16(vqmovnbq_s16(vreinterpretq_s8_s16(even), even), odd);
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
    requantize_sixteen(s, channel, count, load_fours(sums), out);
#else
    for (int32_t i = 0; i < count; i++)
        out[i] = requantize(s, channel + i, sums[i]);
#endif
}
