/* needs: prologue, plain_vector, mac */
/* What stands in for the machine's own mac.h. */
#if !defined(VECTORS)
#define ELEMENT 1 /* bytes of a tap */
typedef lanes parts; /* what becomes sums */

HELPER parts start_parts(lanes sums)
{
    return sums;
}

HELPER lanes whole_lanes(parts sums)
{
    return sums;
}

/* Add the products of a unit of weights and the taps of one pixel. */
HELPER parts mac_unit(parts sums, const int8_t *w, const int8_t *x)
{
    for (int32_t i = 0; i < LANES; i++)
        for (int32_t tap = 0; tap < TAPS; tap++)
            sums.of[i] += w[TAP_PLACE(i, tap)] * x[tap];
    return sums;
}

NO_LIBC HELPER void lay_taps(const int8_t *from, int32_t count, int8_t *x)
{
    for (int32_t i = 0; i < count; i++)
        x[i] = from[i];
}
#endif

#define UNIT (TAPS * LANES) /* bytes of a unit of weights */

/* Where the bias of a channel stands. */
#if defined(BIAS_FOR_UNSIGNED)
#define BIAS(bias, channels, channel) \
    ((bias) + ((channels) + 2 * LANES - 1) / (2 * LANES) * (2 * LANES) + (channel))
#else
#define BIAS(bias, channels, channel) ((bias) + (channel))
#endif
