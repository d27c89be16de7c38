/* needs: prologue, window, tap_rows, fours, mac_packed, requantize, blocks */
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

NO_LIBC static void conv_packed(const struct conv_packed *c, const int8_t *in, int8_t *out,
                        int32_t *scratch)
{
    const struct window *w = &c->window;
    int32_t words = (w->width * c->in.channels + 3) / 4;
    int32_t groups = (c->blocks.out.channels + FILTERS - 1) / FILTERS;
    uint32_t *x = (uint32_t *)scratch;
    int32_t *sums = scratch + 4 * FOUR * words;
    struct tap_rows rows = tap_rows_of(&c->in, w, c->zero_point);
    struct mac_blocks macs = {c->weights, x, sums, words, groups, 0, 0};

    for (int32_t i = 0; i < c->blocks.rows * c->blocks.columns; i++) {
        int32_t row = i / c->blocks.columns, column = i % c->blocks.columns;

        for (int32_t *sum = sums; sum != sums + 4 * FILTERS * groups; sum += 4)
            sum[0] = sum[1] = sum[2] = sum[3] = 0;
        macs.weights = c->weights;
        for (int32_t ky = 0; ky < w->height; ky++, macs.weights += FILTERS * groups * words) {
            for (int32_t pixel = 0; pixel < 4; pixel++)
                lay_out_row(&rows, in, (2 * row + pixel / 2) * w->stride_y - w->top + ky,
                            (2 * column + pixel % 2) * w->stride_x - w->left, x + pixel);
            mac_packed(&macs);
        }
        finish_block(&c->blocks, row, column, sums, out);
    }
}
