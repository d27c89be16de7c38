/* needs: prologue */
/* The sums of 16 channels: of 0, 4, 8, 12, of 1, 5, 9, 13 and so on. Widening bytes twice gives them
 * like that, and narrowing twice brings them into line. */
#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>

struct fours {
    int32x4_t a, b, c, d;
};

/* Each fourth number. Four of these make what VLD4 does; of that compilers make copies. */
static inline int32x4_t load_four(const int32_t *from)
{
    static const uint32_t places[4] = {0, 16, 32, 48};

    return vldrwq_gather_offset_s32(from, vld1q_u32(places));
}

static inline struct fours load_fours(const int32_t *from)
{
    struct fours fours = {load_four(from), load_four(from + 1), load_four(from + 2),
                          load_four(from + 3)};

    return fours;
}
#endif
