/* needs: block */
/* Requantize the largest of each channel's four sums. */
HELPER void pool_block(const struct blocks *b, const int32_t *sums, int8_t *out)
{
    int32_t channel = 0, channels = b->out.channels;

    for (; channels > 0; channels--, channel++, sums += 4) {
        int32_t best = larger(larger(sums[0], sums[1]), larger(sums[2], sums[3]));

        *out++ = requantize(&b->scaling, channel, (best + b->bias[channel]) >> b->shift);
    }
}
