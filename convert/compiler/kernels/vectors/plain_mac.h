/* needs: prologue, plain_vector, mac */
/* What stands in for the machine's own mac.h. */
#if !defined(VECTORS)
#define ELEMENT 1 /* bytes of a tap */
#define QUAD 16   /* bytes of four taps of four pixels: [pixel][tap] */
#define MAC_PIXEL(sums, w, x, pixel) mac_unit(sums, w, (x) + 4 * (pixel), QUAD)
#define MAC_ONE(sums, w, x) mac_unit(sums, w, x, 4)
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

NO_LIBC HELPER void lay_taps(const int8_t *from, int32_t count, int8_t *x)
{
    for (int32_t i = 0; i < count; i++)
        x[i] = from[i];
}

NO_LIBC HELPER void lay_four(const int8_t *const *from, int32_t offset, int32_t quads, int8_t *x)
{
    for (int32_t i = 0; i < 16 * quads; i++)
        x[i] = from[i / 4 % 4][offset + i / 16 * 4 + i % 4];
}
#endif

/* Where the bias of a channel stands. */
#if defined(BIAS_FOR_UNSIGNED)
#define BIAS(bias, channels, channel) \
    ((bias) + ((channels) + 2 * LANES - 1) / (2 * LANES) * (2 * LANES) + (channel))
#else
#define BIAS(bias, channels, channel) ((bias) + (channel))
#endif
