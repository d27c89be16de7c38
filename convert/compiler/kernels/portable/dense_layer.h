/* needs: prologue, requantize; struct: dense_packed */
/* A dense layer with four 8-bit weights in a word, four outputs at a time. Where one piece holds all
 * inputs, a group of outputs is finished before the next; else one group has all of them. */
struct dense_packed {
    int32_t inputs, outputs;
    int32_t piece;            /* words of four inputs that are laid out at once */
    int32_t group;            /* outputs whose sums are kept at once, a multiple of 4 or all */
    const uint32_t *weights;  /* for each piece: [outputs / 4][words][4], then [words] for each
                               * output that is left; as mac_four has them */
    int32_t shift;            /* the sums are 2^shift times what they stand for */
    const int32_t *bias;      /* [outputs], in the units of the sums, with the input's zero point
                               * folded in */
    struct scaling scaling;
};
