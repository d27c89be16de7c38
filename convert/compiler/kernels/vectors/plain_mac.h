/* needs: prologue, plain_vector, mac */
/* What stands in for the machine's own mac.h. */
#if !defined(VECTORS)
#define QUAD 16 /* bytes of four taps of four pixels: [pixel][tap] */
#define ONE 4   /* the same of one pixel */
#define MAC_PIXEL(sums, w, x, pixel) mac_unit(sums, w, (x) + ONE * (pixel), QUAD)
#define MAC_ONE(sums, w, x) mac_unit(sums, w, x, ONE)
typedef lanes parts; /* what becomes sums */

HELPER parts start_parts(lanes sums)
{
    return sums;
}

HELPER lanes whole_lanes(parts sums)
{
    return sums;
}

/* Add the products of a unit of weights and taps, of which four lie `step` behind four. */
HELPER parts mac_unit(parts sums, const int8_t *w, const int8_t *x, int32_t step)
{
    for (int32_t i = 0; i < LANES; i++)
        for (int32_t tap = 0; tap < TAPS; tap++)
            sums.of[i] += w[TAP_PLACE(i, tap)] * x[tap / 4 * step + tap % 4];
    return sums;
}

NO_LIBC HELPER void lay_quads(const int8_t *from, int32_t quads, int8_t *x, int32_t step)
{
    for (int32_t i = 0; i < 4 * quads; i++)
        x[i / 4 * step + i % 4] = from[i];
}

HELPER void lay_one(const int8_t *from, int32_t quads, int8_t *x)
{
    lay_quads(from, quads, x, ONE);
}

HELPER void lay_four(const int8_t *const *from, int32_t offset, int32_t quads, int8_t *x)
{
    for (int32_t pixel = 0; pixel < 4; pixel++)
        lay_quads(from[pixel] + offset, quads, x + 4 * pixel, QUAD);
}
#endif

/* Where the bias of a channel stands. */
#if defined(BIAS_FOR_UNSIGNED)
#define BIAS(bias, channels, channel) \
    ((bias) + ((channels) + 2 * LANES - 1) / (2 * LANES) * (2 * LANES) + (channel))
#else
#define BIAS(bias, channels, channel) ((bias) + (channel))
#endif
