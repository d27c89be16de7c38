/* needs: vector */
/* Products of weights and of the taps of pixels, which are laid out for them. */
#if defined(__AVX512VNNI__) && defined(__AVX512VL__)
#define BIAS_FOR_UNSIGNED
#define QUAD 16 /* bytes of four taps of four pixels: [pixel][tap], 128 more than they are */
#define ONE 4   /* the same of one pixel */
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

INLINE void lay_tap(const int8_t *from, int8_t *x)
{
    uint32_t taps;

    __builtin_memcpy(&taps, from, 4);
    taps ^= 0x80808080u;
    __builtin_memcpy(x, &taps, 4);
}

INLINE __m128i lay_load(const int8_t *from)
{
    return _mm_xor_si128(_mm_loadu_si128((const void *)from), _mm_set1_epi8(-128));
}

/* The taps of one pixel alone: `quads` times four. */
INLINE void lay_one(const int8_t *from, int32_t quads, int8_t *x)
{
    for (; quads >= 4; quads -= 4, from += 16, x += 16)
        _mm_storeu_si128((void *)x, lay_load(from));
    for (; quads > 0; quads--, from += 4, x += 4)
        lay_tap(from, x);
}

/* The taps of four pixels: `quads` times four. */
INLINE void lay_four(const int8_t *const *from, int32_t offset, int32_t quads, int8_t *x)
{
    for (; quads >= 4; quads -= 4, offset += 16, x += 4 * QUAD) {
        __m128i p = lay_load(from[0] + offset), q = lay_load(from[1] + offset);
        __m128i r = lay_load(from[2] + offset), s = lay_load(from[3] + offset);
        __m128i pq = _mm_unpacklo_epi32(p, q), rs = _mm_unpacklo_epi32(r, s);

        _mm_storeu_si128((void *)x, _mm_unpacklo_epi64(pq, rs));
        _mm_storeu_si128((void *)(x + QUAD), _mm_unpackhi_epi64(pq, rs));
        pq = _mm_unpackhi_epi32(p, q);
        rs = _mm_unpackhi_epi32(r, s);
        _mm_storeu_si128((void *)(x + 2 * QUAD), _mm_unpacklo_epi64(pq, rs));
        _mm_storeu_si128((void *)(x + 3 * QUAD), _mm_unpackhi_epi64(pq, rs));
    }
    for (; quads > 0; quads--, offset += 4, x += QUAD)
        for (int32_t pixel = 0; pixel < 4; pixel++)
            lay_tap(from[pixel] + offset, x + 4 * pixel);
}
#elif defined(VECTORS)
#define SINGLY  /* registers suffice for the parts of one vector of channels */
#define QUAD 32 /* bytes of four taps of four pixels: [pixel][tap], 16 bits each */
#define ONE 8   /* the same of one pixel */

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

INLINE void lay_pixel(const int8_t *from, int32_t quads, int8_t *x, int32_t step)
{
    for (; quads > 1; quads -= 2, from += 8, x += 2 * step) {
        __m128i both = _mm_cvtepi8_epi16(_mm_loadl_epi64((const void *)from));

        _mm_storel_epi64((void *)x, both);
        _mm_storeh_pd((void *)(x + step), _mm_castsi128_pd(both));
    }
    for (; quads > 0; quads--, from += 4, x += step) {
        int32_t taps;

        __builtin_memcpy(&taps, from, 4);
        _mm_storel_epi64((void *)x, _mm_cvtepi8_epi16(_mm_cvtsi32_si128(taps)));
    }
}

INLINE void lay_one(const int8_t *from, int32_t quads, int8_t *x)
{
    lay_pixel(from, quads, x, ONE);
}

INLINE void lay_four(const int8_t *const *from, int32_t offset, int32_t quads, int8_t *x)
{
    for (int32_t pixel = 0; pixel < 4; pixel++)
        lay_pixel(from[pixel] + offset, quads, x + ONE * pixel, QUAD);
}
#endif

#if defined(VECTORS)
#define MAC_PIXEL(sums, w, x, pixel) mac_unit(sums, w, (x) + ONE * (pixel))
#define MAC_ONE(sums, w, x) mac_unit(sums, w, x)
#endif
