/* needs: block, pool_block */
/* Requantize the sums [out.channels][4] of the block at (row, column) and store them. */
INLINE void finish_block(const struct blocks *b, int32_t row, int32_t column, int32_t *sums,
                         int8_t *out)
{
    int right = 2 * column + 1 < b->map.width, below = 2 * row + 1 < b->map.height;
    int32_t channels = b->out.channels;

    if (b->pool == 2) {
        for (int32_t *end = sums + 4 * channels, *at = sums; !(right && below) && at != end; at += 4) {
            at[1] = right ? at[1] : at[0]; /* a pixel outside the map counts as the one beside it */
            at[2] = below ? at[2] : at[0];
            at[3] = right && below ? at[3] : at[0];
        }
        pool_block(b, sums, out + (row * b->out.width + column) * channels);
        return;
    }
    for (int32_t pixel = 0; pixel < 4; pixel++) {
        int32_t y = 2 * row + pixel / 2, x = 2 * column + pixel % 2;
        int8_t *to = out + (y * b->out.width + x) * channels;

        if ((pixel % 2 != 0 && !right) || (pixel / 2 != 0 && !below))
            continue;
        for (int32_t channel = 0; channel < channels; channel++)
            to[channel] = requantize(&b->scaling, channel,
                                     (sums[4 * channel + pixel] + b->bias[channel]) >> b->shift);
    }
}
