/* needs: prologue, window, requantize; struct: blocks */
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
