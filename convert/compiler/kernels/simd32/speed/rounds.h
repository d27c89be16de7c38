/* needs: nothing */
#define ROUND_WORDS 8 /* of weights in a round of dense_four, a power of two */
