/* needs: nothing */
/* Words of weights in a round of the assembly. */
#define PAIR_ROUND 20
#define PACKED_ROUND 10
#define DENSE_ROUND 8
#define ROUND_STRING(number) #number
#define ROUND_TEXT(number) ROUND_STRING(number)
