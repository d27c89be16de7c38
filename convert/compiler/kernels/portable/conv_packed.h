/* needs: prologue, window, bytes, fours, mac_packed, requantize, blocks */
/* A convolution with 8-bit weights. For each row of the window, the four pixels of a block are laid
 * out once, for all filters. */
struct conv_packed {
    struct image in;
    struct window window;
    const uint32_t *weights;  /* [window.height][out.channels / FILTERS][words][FILTERS], as
                               * mac_packed has them; a word is four taps (x, channel) of a row */
    int32_t zero_point;       /* of the input: what padding holds */
    struct blocks blocks;
};

/* Four bytes of a line of `size`, from `place` on, with padding outside. */
static uint32_t padded_bytes(const struct conv_packed *c, const int8_t *line, int32_t place,
                             int32_t size)
{
    uint32_t word = 0;

    for (int32_t i = 0; i < 4; i++, place++) {
        int32_t value = place >= 0 && place < size ? line[place] : c->zero_point;
        word |= (uint32_t)(uint8_t)value << 8 * i;
    }
    return word;
}

/* Lay out a row of the window, at (row, column) of the input, as one of four columns. What lies
 * behind the row's last tap meets weights of zero. */
static void lay_out_row(const struct conv_packed *c, const int8_t *in, int32_t row, int32_t column,
                        uint32_t *x)
{
    int32_t channels = c->in.channels, size = c->in.width * channels, place = column * channels;
    int inside = row >= 0 && row < c->in.height;
    uint32_t padding = 0x01010101u * (uint8_t)c->zero_point;
    const uint32_t *end = x + (c->window.width * channels + 3) / 4 * (4 * FOUR);

    in += inside ? row * size : 0;
    for (; inside && place < 0 && x != end; place += 4, x += 4 * FOUR)
        put_four(x, 4, place > -4 ? padded_bytes(c, in, place, size) : padding);
    if (inside) {
        int32_t left = (size - place) / 4, want = (int32_t)(end - x) / (4 * FOUR);
        const uint32_t *stop = x + 4 * FOUR * (left < want ? left : want);

        for (; x < stop; place += 4, x += 4 * FOUR)
            put_four(x, 4, four_bytes(in + place));
    }
    for (; x != end; place += 4, x += 4 * FOUR)
        put_four(x, 4, inside && place < size ? padded_bytes(c, in, place, size) : padding);
}

NO_LIBC static void conv_packed(const struct conv_packed *c, const int8_t *in, int8_t *out,
                        int32_t *scratch)
{
    const struct window *w = &c->window;
    int32_t words = (w->width * c->in.channels + 3) / 4;
    int32_t groups = (c->blocks.out.channels + FILTERS - 1) / FILTERS;
    uint32_t *x = (uint32_t *)scratch;
    int32_t *sums = scratch + 4 * FOUR * words;
    struct mac_blocks macs = {c->weights, x, sums, words, groups, 0, 0};

    for (int32_t i = 0; i < c->blocks.rows * c->blocks.columns; i++) {
        int32_t row = i / c->blocks.columns, column = i % c->blocks.columns;

        for (int32_t *sum = sums; sum != sums + 4 * FILTERS * groups; sum += 4)
            sum[0] = sum[1] = sum[2] = sum[3] = 0;
        macs.weights = c->weights;
        for (int32_t ky = 0; ky < w->height; ky++, macs.weights += FILTERS * groups * words) {
            for (int32_t pixel = 0; pixel < 4; pixel++)
                lay_out_row(c, in, (2 * row + pixel / 2) * w->stride_y - w->top + ky,
                            (2 * column + pixel % 2) * w->stride_x - w->left, x + pixel);
            mac_packed(&macs);
        }
        finish_block(&c->blocks, row, column, sums, out);
    }
}
