/* needs: prologue, vector */
/* What stands in for vectors where a compiler has none: the same numbers at the same places. */
#if !defined(VECTORS)
typedef struct {
    int32_t of[LANES];
} lanes;
typedef lanes parts;

HELPER lanes load_lanes(const int32_t *from)
{
    lanes sums;

    for (int32_t i = 0; i < LANES; i++)
        sums.of[i] = from[i];
    return sums;
}

NO_LIBC HELPER void put_lanes(int32_t *to, lanes sums)
{
    for (int32_t i = 0; i < LANES; i++)
        to[i] = sums.of[i];
}

HELPER lanes larger_lanes(lanes a, lanes b)
{
    for (int32_t i = 0; i < LANES; i++)
        a.of[i] = a.of[i] > b.of[i] ? a.of[i] : b.of[i];
    return a;
}

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

#define MAC_PIXEL(sums, w, x, pixel) mac_unit(sums, w, (x) + 4 * (pixel), QUAD)
#define MAC_ONE(sums, w, x) mac_unit(sums, w, x, ONE)
#if !defined(ONE)
#define ONE 4
#endif

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

struct pair {
    lanes a, b;
};

HELPER struct pair mac_taps(struct pair sums, const int8_t *w, const int8_t *x, const int8_t *next)
{
    for (int32_t i = 0; i < LANES; i++) {
        int32_t j = LANES + i;

        sums.a.of[i] += w[PAIR_PLACE(i, 0)] * x[i] + w[PAIR_PLACE(i, 1)] * next[i];
        sums.b.of[i] += w[PAIR_PLACE(j, 0)] * x[j] + w[PAIR_PLACE(j, 1)] * next[j];
    }
    return sums;
}
#endif
