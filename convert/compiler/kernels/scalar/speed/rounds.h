/* needs: nothing */
#define ROUND_WORDS 4 /* of weights in a round of mac_pairs, a power of two */
