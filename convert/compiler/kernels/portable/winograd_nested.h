/* needs: winograd_tiles, mac_nested; struct: winograd */
/* A convolution by Winograd's minimal filtering along x, and within that along y for two rows at
 * once: four products for the six of three rows of taps, and seven for the ten of five, which are
 * three rows and two. For a map of at most 16 columns; c->weights is
 * [channels / FILTERS][points][slots][pairs][FILTERS].
 *
 * From rows d0 to d3, and to d5 of five, the slots of inputs are made, as mac_nested wants them:
 *
 *     of three rows of taps:  d2 - d1 | d1 + d2     | d0 - d2          | d3 - d1
 *     of five:                d2 - d1 | d1 + d2, d4 | d0 - d2, d3 - d4 | d3 - d1, d5 - d4
 *
 * Two rows further the last rows are needed again as the first: they are brought back from that. */

/* What the slots of a word are, and where, from a word of the first slot on. */
static inline void nest_three(uint32_t *s, int32_t slot)
{
    uint32_t d0 = s[0], d1 = s[slot], d2 = s[2 * slot], d3 = s[3 * slot];

    s[0] = sub_lanes(d2, d1);
    s[slot] = add_lanes(d1, d2);
    s[2 * slot] = sub_lanes(d0, d2);
    s[3 * slot] = sub_lanes(d3, d1);
}

/* Bring d2 and d3 back, as d0 and d1. */
static inline void unnest_three(uint32_t *s, int32_t slot)
{
    uint32_t d2 = halve_lanes(s[0], s[slot]), d1 = sub_lanes(s[slot], d2);

    s[0] = d2;
    s[slot] = add_lanes(s[3 * slot], d1);
}

/* The same for five rows, and both at once: d4 and d5, which are new, lie in the slots 0 and 3. At
 * the beginning so do the others, in 1, 4, 2 and 6. */
INLINE void nest_five(uint32_t *s, int32_t slot, int is_first)
{
    uint32_t d0 = s[slot], d1 = s[4 * slot], d2 = s[2 * slot], d3 = s[6 * slot];
    uint32_t d4 = s[0], d5 = s[3 * slot];

    if (!is_first) {
        d1 = add_lanes(d1, d2);
        d3 = add_lanes(d3, d2);
        d0 = sub_lanes(d0, sub_lanes(d1, s[5 * slot]));
    }
    s[0] = sub_lanes(d2, d1);
    s[slot] = add_lanes(d1, d2);
    s[2 * slot] = d4;
    s[3 * slot] = sub_lanes(d0, d2);
    s[4 * slot] = sub_lanes(d3, d4);
    s[5 * slot] = sub_lanes(d3, d1);
    s[6 * slot] = sub_lanes(d5, d4);
}

/* Transform row `y` of the input into a slot, or fill that with 0 for a row outside the image. */
static void put_row(const struct winograd *c, const int8_t *in, int32_t y, uint32_t *line,
                    uint32_t *v, int32_t plane)
{
    int32_t points = c->window.width + 3, size = 4 * pixel_words(c);

    if (y >= 0 && y < c->in.height) {
        for (int32_t tile = 0; tile < 4; tile += c->together)
            transform_tiles(c, in + y * c->in.width * c->in.channels,
                            4 * tile - c->window.left, line, v + tile, plane);
        return;
    }
    for (; points > 0; points--, v += plane)
        for (int32_t i = 0; i < size; i++)
            v[i] = 0;
}

/* Make the slots for rows 2 * row and 2 * row + 1 of the map from those of the two rows above. */
static void advance_slots(const struct winograd *c, const int8_t *in, int32_t row, uint32_t *line,
                          uint32_t *v)
{
    static const int8_t places[2][6] = {{0, 1, 2, 3}, {1, 4, 2, 6, 0, 3}}; /* of rows d0 and on */
    int32_t points = c->window.width + 3, slot = 4 * pixel_words(c), height = c->window.height;
    int32_t is_five = height == 5, plane = (is_five ? 7 : 4) * slot;
    uint32_t *end = v + points * plane;

    for (uint32_t *to = v; !is_five && row > 0 && to != end; to += plane)
        for (int32_t i = 0; i < slot; i++)
            unnest_three(to + i, slot);
    for (int32_t r = row == 0 ? 0 : height - 1; r <= height; r++)
        put_row(c, in, 2 * row - c->window.top + r, line, v + places[is_five][r] * slot, plane);
    for (; v != end; v += plane) {
        if (!is_five)
            for (int32_t i = 0; i < slot; i++)
                nest_three(v + i, slot);
        else if (row == 0)
            for (int32_t i = 0; i < slot; i++)
                nest_five(v + i, slot, 1);
        else
            for (int32_t i = 0; i < slot; i++)
                nest_five(v + i, slot, 0);
    }
}

/* The outputs of rows `y` and y + 1 of the map, from their slots. */
static void finish_rows(const struct winograd *c, int32_t y, const uint32_t *v, int32_t *sums,
                        int8_t *out)
{
    const struct blocks *b = &c->blocks;
    int32_t points = c->window.width + 3, pairs = pixel_words(c) / UNITS;
    int32_t words = c->window.height == 5 ? 2 * pairs : pairs, row = b->out.width * b->out.channels;
    int32_t below = y + 1 < b->map.height ? 4 * FILTERS * points : 0;
    struct mac_nested macs = {c->weights, v, sums, words, pairs, points};

    out += y / b->pool * row;
    for (int32_t channel = 0; channel < b->out.channels; channel += FILTERS) {
        mac_nested(&macs);
        macs.weights += points * (pairs + 3 * words) * FILTERS;
        for (int32_t f = 0; f < FILTERS && channel + f < b->out.channels; f++) {
            finish_filter(c, 0, channel + f, sums + 4 * f, below, out);
            if (b->pool == 1 && below != 0)
                finish_filter(c, 0, channel + f, sums + below + 4 * f, 0, out + row);
        }
    }
}

/* All that two rows of the map need is transformed before they are written: they may lie over it. */
APART static void winograd_nested(const struct winograd *c, const int8_t *in, int8_t *out,
                                  int32_t *scratch)
{
    int32_t points = c->window.width + 3, words = pixel_words(c);
    uint32_t *line = (uint32_t *)scratch; /* where the sums are afterwards */
    int32_t sums = 8 * FILTERS * points;
    uint32_t *v = line + larger(sums, (c->window.width + 4 * c->together - 1) * words);

    for (int32_t row = 0; row < c->blocks.rows; row++) {
        advance_slots(c, in, row, line, v);
        finish_rows(c, 2 * row, v, scratch, out);
    }
}
