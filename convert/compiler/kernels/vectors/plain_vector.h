/* needs: prologue, vector */
/* What stands in for vectors where a compiler has none: the same numbers at the same places. */
#if defined(VECTORS)
#define TIGHT INLINE /* for what keeps sums in registers */
#else
#define TIGHT HELPER

typedef struct {
    int32_t of[LANES];
} lanes;

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
