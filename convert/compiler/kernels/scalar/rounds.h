/* needs: nothing */
#define ROUND_WORDS 2 /* of weights in a round of mac_pairs, a power of two */
