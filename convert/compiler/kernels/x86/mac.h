/* needs: vector */
/* Products of weights and of taps, which are laid out for them. */
#if defined(__AVX512VNNI__) && defined(__AVX512VL__)
#define BIAS_FOR_UNSIGNED
#define ELEMENT 1 /* bytes of a tap, which is 128 more than it is */
typedef lanes parts; /* what becomes sums */

INLINE parts start_parts(lanes sums)
{
    return sums;
}

INLINE lanes whole_lanes(parts sums)
{
    return sums;
}

/* Add the products of a unit of weights and the taps of one pixel. */
INLINE parts mac_unit(parts sums, const int8_t *w, const int8_t *x)
{
    int32_t taps;

    __builtin_memcpy(&taps, x, 4);
    return _mm256_dpbusd_epi32(sums, _mm256_set1_epi32(taps), load_lanes((const void *)w));
}

/* So many taps that follow one another. */
INLINE void lay_taps(const int8_t *from, int32_t count, int8_t *x)
{
    for (; count >= 16; count -= 16, from += 16, x += 16)
        _mm_storeu_si128((void *)x, _mm_xor_si128(_mm_loadu_si128((const void *)from),
                                                  _mm_set1_epi8(-128)));
    for (; count > 0; count--)
        *x++ = (int8_t)(*from++ ^ -128);
}
#elif defined(VECTORS)
#define SINGLY    /* registers suffice for the parts of one vector of channels */
#define ELEMENT 2 /* bytes of a tap */

/* What becomes sums: of the first half of the channels, and of the others. */
typedef struct {
    __m256i low, high;
} parts;

INLINE parts start_parts(lanes sums)
{
    parts two = {_mm256_cvtepu32_epi64(_mm256_castsi256_si128(sums)),
                 _mm256_cvtepu32_epi64(_mm256_extracti128_si256(sums, 1))};

    return two;
}

INLINE lanes whole_lanes(parts sums)
{
    return _mm256_permute4x64_epi64(_mm256_hadd_epi32(sums.low, sums.high), 0xd8);
}

INLINE parts mac_unit(parts sums, const int8_t *w, const int8_t *x)
{
    int64_t taps;
    __m256i four;

    __builtin_memcpy(&taps, x, 8);
    four = _mm256_set1_epi64x(taps);
    sums.low = _mm256_add_epi32(sums.low, _mm256_madd_epi16(widened(w), four));
    sums.high = _mm256_add_epi32(sums.high, _mm256_madd_epi16(widened(w + 16), four));
    return sums;
}

/* So many taps that follow one another. */
INLINE void lay_taps(const int8_t *from, int32_t count, int8_t *x)
{
    for (; count >= 16; count -= 16, from += 16, x += 16 * ELEMENT)
        _mm256_storeu_si256((void *)x, widened(from));
    for (; count > 0; count--, from++, x += ELEMENT) {
        int16_t tap = *from;

        __builtin_memcpy(x, &tap, 2);
    }
}
#endif
