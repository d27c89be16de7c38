/* needs: window, requantize, framed */
struct conv_lanes {
    struct image in, map, out;  /* map: the convolution's own output, before pooling */
    struct window window, pool; /* pool: of 1x1 where there is none, of 16 cells at most */
    struct frame frame;
    int32_t units;              /* of TAPS taps, for each row of a window, or pixel, if they are apart */
    const int8_t *weights;      /* [out.channels / LANES][rows or pixels][units][TAPS, LANES] */
    const int32_t *bias;        /* [out.channels, to 2 * LANES], the input's zero point folded in;
                                 * on x86 the same again for inputs that are 128 more */
    int32_t zero_point;         /* of the input: what padding holds */
    struct scaling scaling;
};
