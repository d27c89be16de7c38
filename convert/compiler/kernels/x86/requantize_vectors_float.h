/* needs: vector, requantize */
#if defined(VECTORS)
#define SCALE_LANES
typedef __m256 scales;

INLINE scales load_scales(const struct scaling *s, int32_t channel)
{
    return _mm256_castsi256_ps(_mm256_loadu_si256((const void *)(s->scale + channel)));
}

/* What comes of sums, before the zero point. What is too large for an int32 would become the
 * least one. */
INLINE lanes scale_lanes(scales by, lanes sums)
{
    __m256 scaled = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), by);

    return _mm256_cvtps_epi32(_mm256_min_ps(scaled, _mm256_set1_ps(1024.0f)));
}
#endif
