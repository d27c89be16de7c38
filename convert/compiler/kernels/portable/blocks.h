/* needs: block */
/* Requantize the sums [out.channels][4] of the block at (row, column) and store them. */
INLINE void finish_block(const struct blocks *b, int32_t row, int32_t column, const int32_t *sums,
                         int8_t *out)
{
    int32_t right = 2 * column + 1 < b->map.width ? 1 : 0;  /* a pixel outside the map counts as */
    int32_t below = 2 * row + 1 < b->map.height ? 2 : 0;    /* the one beside it */
    int32_t channels = b->out.channels;

    if (b->pool == 2) {
        out += (row * b->out.width + column) * channels;
        for (int32_t channel = 0; channel < channels; channel++, sums += 4) {
            int32_t best = larger(larger(sums[0], sums[right]),
                                  larger(sums[below], sums[below + right]));

            out[channel] = requantize(&b->scaling, channel, (best + b->bias[channel]) >> b->shift);
        }
        return;
    }
    for (int32_t pixel = 0; pixel < 4; pixel++) {
        int32_t y = 2 * row + pixel / 2, x = 2 * column + pixel % 2;
        int8_t *to = out + (y * b->out.width + x) * channels;

        if ((pixel & 1) > right || (pixel & 2) > below)
            continue;
        for (int32_t channel = 0; channel < channels; channel++)
            to[channel] = requantize(&b->scaling, channel,
                                     (sums[4 * channel + pixel] + b->bias[channel]) >> b->shift);
    }
}
