/* needs: prologue, dual, bytes, mac_pairs */
/* Inputs of mac_pairs: a word holds a pair of taps. */
enum { UNITS = 1 }; /* words for a pair of taps */

/* A pair of taps as one of four columns. */
HELPER void put_column(uint32_t *x, int32_t a, int32_t b)
{
    x[0] = pack(a, b);
}

/* A pair of taps; returns what is behind. */
HELPER uint32_t *put_pair(uint32_t *to, int32_t a, int32_t b)
{
    *to++ = pack(a, b);
    return to;
}

/* The channels of a pixel less the zero point; returns what is behind. Of four the pairs are 0 and 2,
 * and 1 and 3. */
HELPER uint32_t *put_pixel(uint32_t *to, const int8_t *pixel, int32_t channels, int32_t zero_point)
{
    uint32_t zero = pack(zero_point, zero_point);

    for (; channels >= 4; channels -= 4, pixel += 4, to += 2) {
        uint32_t four = four_bytes(pixel);

        to[0] = sub_lanes(even_bytes(four), zero);
        to[1] = sub_lanes(odd_bytes(four), zero);
    }
    if (channels > 1)
        to = put_pair(to, pixel[0] - zero_point, pixel[1] - zero_point);
    if (channels % 2 != 0) /* its partner has no weights */
        to = put_pair(to, pixel[channels - 1] - zero_point, 0);
    return to;
}
