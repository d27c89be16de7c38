/* needs: prologue */
/* What the kernels for RISC-V spend their time in: four filters by four columns of inputs, whose
 * sums, inputs and a weight lie in 21 of its registers. There is no multiplication that adds, so a
 * multiply-accumulate takes two instructions, and half a load.
 *
 * A block leaves the sums of filter 0 with columns 0 to 3, then those of filter 1 and so on. It has
 * `words` of weights for each filter, the four filters' interleaved, and inputs with the four
 * columns' interleaved. */
enum { FILTERS = 4 }; /* of a block */

struct mac_blocks {
    const uint32_t *weights;
    const uint32_t *x;
    int32_t *sums;   /* [blocks][4][4] */
    int32_t words;   /* of a block, at least 1 */
    int32_t blocks;  /* at least 1 */
    int32_t w_skip;  /* words of weights between a block and the next */
    int32_t x_step;  /* words of inputs from the start of a block to that of the next */
};

/* Parts of words, the lowest first: on RISC-V a load of what lies there, with its sign. */
#if defined(__riscv) && defined(__GNUC__)
typedef int16_t __attribute__((may_alias)) mac_half;
#define MAC_BYTE(words, i) ((uint32_t)((const int8_t *)(words))[i])
#define MAC_HALF(words, i) ((uint32_t)((const mac_half *)(words))[i])
#else
#define MAC_BYTE(words, i) ((uint32_t)(int8_t)((words)[(i) / 4] >> (i) % 4 * 8))
#define MAC_HALF(words, i) ((uint32_t)(int16_t)((words)[(i) / 2] >> (i) % 2 * 16))
#endif

#define MAC_SUMS                                                                                  \
    uint32_t a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3
#define MAC_LOAD(a, from)                                                                         \
    (a##0 = (uint32_t)(from)[0], a##1 = (uint32_t)(from)[1], a##2 = (uint32_t)(from)[2],          \
     a##3 = (uint32_t)(from)[3])
#define MAC_SET(a, value) (a##0 = a##1 = a##2 = a##3 = (value))
#define MAC_STORE(a, to)                                                                          \
    ((to)[0] = (int32_t)a##0, (to)[1] = (int32_t)a##1, (to)[2] = (int32_t)a##2,                   \
     (to)[3] = (int32_t)a##3)
#define MAC_STORE_ALL(to)                                                                         \
    (MAC_STORE(a, to), MAC_STORE(b, (to) + 4), MAC_STORE(c, (to) + 8), MAC_STORE(d, (to) + 12))

/* Compilers like to add products to each other first, or to load early, for which there are no
 * registers left. */
#if defined(__riscv) && defined(__GNUC__)
#define MAC_ADD(sum, product) __asm volatile("add %0, %0, %1" : "+r"(sum) : "r"(product))
#else
#define MAC_ADD(sum, product) ((sum) += (product))
#endif
#if defined(__clang__)
#define MAC_APART __attribute__((noinline))
#elif defined(__GNUC__)
#define MAC_APART __attribute__((noinline, optimize("no-schedule-insns")))
#else
#define MAC_APART
#endif

/* A weight of a filter by a tap of each column. */
#define MAC_ROW(a, weight)                                                                        \
    do {                                                                                          \
        uint32_t k = (weight);                                                                    \
                                                                                                  \
        MAC_ADD(a##0, k * x0);                                                                    \
        MAC_ADD(a##1, k * x1);                                                                    \
        MAC_ADD(a##2, k * x2);                                                                    \
        MAC_ADD(a##3, k * x3);                                                                    \
    } while (0)

/* The bytes at `tap` of the words of each filter and column. */
#define MAC_TAP(w, x, tap)                                                                        \
    do {                                                                                          \
        uint32_t x0 = MAC_BYTE(x, tap), x1 = MAC_BYTE(x, 4 + (tap));                              \
        uint32_t x2 = MAC_BYTE(x, 8 + (tap)), x3 = MAC_BYTE(x, 12 + (tap));                       \
                                                                                                  \
        MAC_ROW(a, MAC_BYTE(w, tap));                                                             \
        MAC_ROW(b, MAC_BYTE(w, 4 + (tap)));                                                       \
        MAC_ROW(c, MAC_BYTE(w, 8 + (tap)));                                                       \
        MAC_ROW(d, MAC_BYTE(w, 12 + (tap)));                                                      \
    } while (0)

/* `words` of 8-bit weights by 8-bit inputs, added to what the sums are. */
#define MAC_WORDS(w, x, words)                                                                    \
    do {                                                                                          \
        for (const uint32_t *end = (x) + 4 * (words); (x) != end; (x) += 4, (w) += 4) {           \
            MAC_TAP(w, x, 0);                                                                     \
            MAC_TAP(w, x, 1);                                                                     \
            MAC_TAP(w, x, 2);                                                                     \
            MAC_TAP(w, x, 3);                                                                     \
        }                                                                                         \
    } while (0)
