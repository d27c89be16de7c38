/* needs: prologue, dual, mac_pairs */
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
