/* needs: prologue */
/* Vectors of AVX2: sums of eight channels. Pairs of 16-bit products are added at once, which makes
 * two parts of each sum; where there is AVX512-VNNI, four products of bytes. */
#define LANES 8 /* channels of a vector of sums */
#define TAPS 4  /* of a unit of weights [LANES][TAPS] */
#define TAP_PLACE(channel, tap) (TAPS * (channel) + (tap))
#define PAIR_PLACE(channel, tap) (2 * (channel) + (tap)) /* in pairs of taps of 2 * LANES channels */

#if defined(__AVX2__)
#include <immintrin.h>

#define VECTORS
typedef __m256i lanes;

INLINE lanes load_lanes(const int32_t *from)
{
    return _mm256_loadu_si256((const void *)from);
}

INLINE void put_lanes(int32_t *to, lanes sums)
{
    _mm256_storeu_si256((void *)to, sums);
}

INLINE lanes larger_lanes(lanes a, lanes b)
{
    return _mm256_max_epi32(a, b);
}

/* Sixteen bytes, as 16-bit numbers. */
INLINE __m256i widened(const int8_t *from)
{
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const void *)from));
}

/* Sums of 2 * LANES channels. */
struct pair {
    lanes a, b;
};

/* Add the products of two taps. */
INLINE struct pair mac_taps(struct pair sums, const int8_t *w, const int8_t *x, const int8_t *next)
{
    __m128i one = _mm_loadu_si128((const void *)x), other = _mm_loadu_si128((const void *)next);
    __m256i low = _mm256_cvtepi8_epi16(_mm_unpacklo_epi8(one, other));
    __m256i high = _mm256_cvtepi8_epi16(_mm_unpackhi_epi8(one, other));

    sums.a = _mm256_add_epi32(sums.a, _mm256_madd_epi16(low, widened(w)));
    sums.b = _mm256_add_epi32(sums.b, _mm256_madd_epi16(high, widened(w + 16)));
    return sums;
}

/* What is added to results, and their limits. */
struct border {
    __m256i zero_point;
    __m128i low, high;
};

INLINE struct border border_of(int32_t zero_point, int32_t low, int32_t high)
{
    struct border border = {_mm256_set1_epi16((int16_t)zero_point), _mm_set1_epi8((int8_t)low),
                            _mm_set1_epi8((int8_t)high)};

    return border;
}

/* The results of 2 * LANES channels, stored as bytes. */
INLINE void store_bytes(const struct border *border, lanes a, lanes b, int8_t *out)
{
    __m256i words = _mm256_adds_epi16(_mm256_packs_epi32(a, b), border->zero_point);
    __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(words),
                                    _mm256_extracti128_si256(words, 1));

    bytes = _mm_shuffle_epi32(bytes, 0xd8); /* packing has left the halves of a and b in turn */
    bytes = _mm_min_epi8(_mm_max_epi8(bytes, border->low), border->high);
    _mm_storeu_si128((void *)out, bytes);
}
#endif
