/* needs: nothing */
/* Words of weights in a round of the assembly. */
#define PAIR_ROUND 19
#define PACKED_ROUND 9
#define DENSE_ROUND 2
#define ROUND_STRING(number) #number
#define ROUND_TEXT(number) ROUND_STRING(number)
