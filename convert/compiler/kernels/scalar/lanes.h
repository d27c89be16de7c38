/* needs: prologue, mac_pairs */
/* Inputs of mac_pairs: a word holds one tap, because the core multiplies only whole words. */
enum { UNITS = 2 }; /* words for a pair of taps */

HELPER uint32_t pack(int32_t low, int32_t high)
{
    return ((uint32_t)low & 0xffffu) | (uint32_t)high << 16;
}

HELPER uint32_t add_lanes(uint32_t a, uint32_t b)
{
    return a + b;
}

HELPER uint32_t sub_lanes(uint32_t a, uint32_t b)
{
    return a - b;
}

/* Half of the sum, which is even. */
HELPER uint32_t halve_lanes(uint32_t a, uint32_t b)
{
    return (uint32_t)((int32_t)(a + b) >> 1);
}

/* A pair of taps as one of four columns. */
HELPER void put_column(uint32_t *x, int32_t a, int32_t b)
{
    x[0] = (uint32_t)a;
    x[4] = (uint32_t)b;
}

/* A pair of taps; returns what is behind. */
HELPER uint32_t *put_pair(uint32_t *to, int32_t a, int32_t b)
{
    *to++ = (uint32_t)a;
    *to++ = (uint32_t)b;
    return to;
}

/* The channels of a pixel less the zero point; returns what is behind. */
HELPER uint32_t *put_pixel(uint32_t *to, const int8_t *pixel, int32_t channels, int32_t zero_point)
{
    for (; channels > 1; channels -= 2, pixel += 2)
        to = put_pair(to, pixel[0] - zero_point, pixel[1] - zero_point);
    if (channels != 0) /* its partner has no weights */
        to = put_pair(to, *pixel - zero_point, 0);
    return to;
}
