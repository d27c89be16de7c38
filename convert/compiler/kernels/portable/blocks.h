/* needs: prologue, window, requantize */
/* A map in blocks of 2x2 pixels, each of which may be a pooling window, and what becomes of the
 * sums of a block. */
struct blocks {
    struct image map, out;  /* map: the convolution's own output, before pooling */
    int32_t rows, columns;  /* of blocks */
    int32_t pool;           /* 2: each block is a pooling window; 1: it is not */
    int32_t shift;          /* the sums are 2^shift times what they stand for */
    const int32_t *bias;    /* [out.channels], in the units of the sums, with the input's zero
                             * point folded in */
    struct scaling scaling;
};

static inline int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

#if defined(REQUANTIZE_FOUR)
/* Store the pooled sums of `count` channels, four at once. */
static void finish_fours(const struct blocks *b, const int32_t *sums, int32_t right,
                         int32_t below, int32_t count, int8_t *out)
{
    for (int32_t channel = 0; channel < count; channel += 4) {
        int32x4x4_t pixels = vld4q_s32(sums + 4 * channel); /* by pixel */
        int32x4_t best = pixels.val[0];

        if (right)
            best = vmaxq_s32(best, pixels.val[1]);
        if (below)
            best = vmaxq_s32(best, pixels.val[2]);
        if (right && below)
            best = vmaxq_s32(best, pixels.val[3]);
        best = vaddq_s32(best, vld1q_s32(b->bias + channel));
        requantize_four(&b->scaling, channel, best, out + channel);
    }
}
#endif

/* Requantize the sums [out.channels][4] of the block at (row, column) and store them. */
INLINE void finish_block(const struct blocks *b, int32_t row, int32_t column, const int32_t *sums,
                         int8_t *out)
{
    int32_t right = 2 * column + 1 < b->map.width ? 1 : 0;  /* a pixel outside the map counts as */
    int32_t below = 2 * row + 1 < b->map.height ? 2 : 0;    /* the one beside it */
    int32_t channels = b->out.channels;

    if (b->pool == 2) {
        int32_t done = 0;

        out += (row * b->out.width + column) * channels;
#if defined(REQUANTIZE_FOUR)
        done = b->shift == 0 ? channels / 4 * 4 : 0;
        finish_fours(b, sums, right, below, done, out);
#endif
        sums += 4 * done;
        for (int32_t channel = done; channel < channels; channel++, sums += 4) {
            int32_t best = larger(larger(sums[0], sums[right]),
                                  larger(sums[below], sums[below + right]));

            out[channel] =
                requantize(&b->scaling, channel, (best + b->bias[channel]) >> b->shift);
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
