/* needs: slides, requantize, mac */
/* A convolution whose outputs see the inputs of their group alone, and 2x2 max-pooling of its sums
 * before they are requantized. */
struct conv_shape {
    struct extent in, map, out;  /* map: the convolution's own output, before pooling */
    struct slide window;
    int16_t pool;                /* 2: pooled; 1: not */
    int16_t groups;              /* of channels */
    int16_t taps;                /* of weights that a filter has, with what is filled up */
    const int8_t *weights;       /* [out.channels, taps], in the order of the kernel */
    const int32_t *bias;         /* [out.channels], with the input's zero point folded in */
    int16_t zero_point;          /* of the input: what padding holds */
    struct scaling scaling;
    const uint32_t *whole;       /* [out.channels], as in struct factor */
};

HELPER sum24 larger(sum24 a, sum24 b)
{
    return a > b ? a : b;
}
