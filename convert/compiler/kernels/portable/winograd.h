/* needs: winograd_tiles */
/* A convolution by Winograd's minimal filtering along x. */
/* Move the transformed rows that stay up, and transform those that are new. Rows outside the image
 * are left alone: they add nothing. */
static void advance_rows(const struct winograd *c, const int8_t *in, int32_t row, int32_t column,
                         uint32_t *line, uint32_t *v)
{
    int32_t size = 4 * pixel_words(c); /* words of a row in a plane */
    int32_t kept = c->window.height + c->blocks.pool - 1, plane = kept * size;
    int32_t r = row == 0 ? 0 : kept - c->blocks.pool;

    for (int32_t point = 0; row != 0 && point < c->window.width + 3; point++) {
        uint32_t *to = v + point * plane, *from = to + c->blocks.pool * size;

        for (const uint32_t *end = to + r * size; to != end; to += 4, from += 4) {
            uint32_t a = from[0], b = from[1], d = from[2], e = from[3];
            to[0] = a;
            to[1] = b;
            to[2] = d;
            to[3] = e;
        }
    }
    for (; r < kept; r++) {
        int32_t y = row * c->blocks.pool - c->window.top + r;

        for (int32_t tile = 0; y >= 0 && y < c->in.height && tile < 4; tile += c->together)
            transform_tiles(c, in + y * c->in.width * c->in.channels,
                            column + 4 * tile - c->window.left, line, v + r * size + tile, plane);
    }
}

/* The products of row `row` of the map, whose window begins at v, for FILTERS filters. */
static void multiply_row(const struct winograd *c, int32_t row, const uint32_t *weights,
                         const uint32_t *v, int32_t *sums)
{
    int32_t pairs = (c->in.channels + 1) / 2, height = c->window.height;
    int32_t first = larger(0, c->window.top - row), end = c->in.height + c->window.top - row;
    int32_t count = (end < height ? end : height) - first; /* rows of the window in the image */
    struct mac_blocks macs = {
        weights + FILTERS * first * pairs,
        v + 4 * first * pixel_words(c),
        sums,
        count * pairs,
        c->window.width + 3,
        FILTERS * (height - count) * pairs,
        4 * (height + c->blocks.pool - 1) * pixel_words(c),
    };

    mac_pairs(&macs);
}

/* A row of the output, its columns from `first` of the map on, from transformed rows v. */
static void finish_group(const struct winograd *c, int32_t row, int32_t first, const uint32_t *v,
                         int32_t *sums, int8_t *out)
{
    const struct blocks *b = &c->blocks;
    int32_t points = c->window.width + 3, words = pixel_words(c), y = row * b->pool;
    int32_t below = b->pool == 2 && y + 1 < b->map.height ? 4 * FILTERS * points : 0;
    const uint32_t *weights = c->weights;

    out += row * b->out.width * b->out.channels;
    for (int32_t channel = 0; channel < b->out.channels; channel += FILTERS) {
        multiply_row(c, y, weights, v, sums);
        if (below != 0)
            multiply_row(c, y + 1, weights, v + 4 * words, sums + below);
        weights += points * c->window.height * (words / UNITS) * FILTERS;
        for (int32_t f = 0; f < FILTERS && channel + f < b->out.channels; f++)
            finish_filter(c, first, channel + f, sums + 4 * f, below, out);
    }
}

/* All that a row of the output needs is transformed before it is written: it may lie over that. */
APART static void winograd(const struct winograd *c, const int8_t *in, int8_t *out, int32_t *scratch)
{
    const struct blocks *b = &c->blocks;
    int32_t points = c->window.width + 3, words = pixel_words(c);
    int32_t sums = 4 * FILTERS * points * b->pool; /* [rows of the map][points][FILTERS][4] */
    uint32_t *line = (uint32_t *)scratch;          /* where the sums are afterwards */
    uint32_t *v = line + larger(sums, (c->window.width + 4 * c->together - 1) * words);
    int32_t size = points * (c->window.height + b->pool - 1) * 4 * words; /* of a group in v */

    for (int32_t row = 0; row < b->rows; row++) {
        for (int32_t group = 0; group < c->groups; group++)
            advance_rows(c, in, row, 16 * group, line, v + group * size);
        for (int32_t group = 0; group < c->groups; group++)
            finish_group(c, row, 16 * group, v + group * size, scratch, out);
    }
}
