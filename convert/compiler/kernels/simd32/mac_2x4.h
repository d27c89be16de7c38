/* needs: dual, mac_rounds */
/* What the fast kernels spend their time in: two filters by four columns of inputs.
 *
 * A block leaves the sums of filter 0 with columns 0 to 3, then those of filter 1. It has `words`
 * of weights for each filter, the two filters' interleaved, and inputs with the four columns'
 * interleaved. */
enum { FILTERS = 2 }; /* of a block */

struct mac_blocks {
    const uint32_t *weights;
    const uint32_t *x;
    int32_t *sums;   /* [blocks][2][4] */
    int32_t words;   /* of a block, at least 1 */
    int32_t blocks;  /* at least 1 */
    int32_t w_skip;  /* words of weights between a block and the next */
    int32_t x_step;  /* words of inputs from the start of a block to that of the next */
};

#if defined(MAC_ENTER)
/* Two columns, whose words are in r12 and lr, by both filters. */
#define MAC_COLUMNS(a0, a1, b0, b1)                                                               \
    "ldrd r12, lr, [r1], #8\n\t"                                                                  \
    "smlad " #a0 ", r10, r12, " #a0 "\n\t"                                                        \
    "smlad " #a1 ", r10, lr, " #a1 "\n\t"                                                         \
    "smlad " #b0 ", r11, r12, " #b0 "\n\t"                                                        \
    "smlad " #b1 ", r11, lr, " #b1 "\n\t"
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif
