/* needs: mac_pairs, lanes */
/* Four filters by four columns of inputs for two rows of outputs, nested: for each point four blocks
 * of products instead of one for each of the rows' taps.
 *
 * c of `pairs` words and b, a, d of `words` each follow each other; then the rows' sums are
 * a + b + c and d + b - c. */
struct mac_nested {
    const uint32_t *weights;  /* [points][pairs + 3 * words][4] */
    const uint32_t *x;        /* [points][pairs + 3 * words][UNITS][4] */
    int32_t *sums;            /* [2 rows][points][4][4] */
    int32_t words, pairs, points;
};

/* The sums of a point, of c, b, a, d, to those of both rows. */
static void add_nested(const int32_t *sums, int32_t *top, int32_t *bottom)
{
    for (const int32_t *end = sums + 16; sums != end; sums++) {
        uint32_t c = (uint32_t)sums[0], b = (uint32_t)sums[16];

        *top++ = (int32_t)((uint32_t)sums[32] + b + c);
        *bottom++ = (int32_t)((uint32_t)sums[48] + b - c);
    }
}

static void mac_nested(const struct mac_nested *n)
{
    int32_t *top = n->sums, *bottom = top + 16 * n->points, sums[64];
    struct mac_blocks first = {n->weights, n->x, sums, n->pairs, 1, 0, 0};
    struct mac_blocks rest = {n->weights, n->x, sums + 16, n->words, 3, 0, 4 * UNITS * n->words};

    for (int32_t point = 0; point < n->points; point++, top += 16, bottom += 16) {
        mac_pairs(&first);
        rest.weights = first.weights + FILTERS * n->pairs;
        rest.x = first.x + 4 * UNITS * n->pairs;
        mac_pairs(&rest);
        add_nested(sums, top, bottom);
        first.weights = rest.weights + 3 * FILTERS * n->words;
        first.x = rest.x + 3 * rest.x_step;
    }
}
