/* needs: nothing */
#define DENSE_ROUND 8 /* words of weights in a round of dense_four: 2 or 8 */
#define ROUND_STRING(number) #number
#define ROUND_TEXT(number) ROUND_STRING(number)
