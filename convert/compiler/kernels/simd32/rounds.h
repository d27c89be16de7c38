/* needs: nothing */
#define ROUND_WORDS 2 /* of weights in a round of dense_four, a power of two */
