/* needs: prologue, sum_shifted */
/* ADD and SUB of tensors of one shape, four numbers at a time. In place is fine. */
struct add_vectors {
    int32_t count;
    struct sum_shifted sum;
};

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
#endif

static void add_vectors(const struct add_vectors *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const struct sum_shifted s = p->sum;
    int32_t count = p->count, done = 0;

#if defined(__ARM_FEATURE_MVE)
    /* The zero points, and the half that rounds, added at once. */
    int32_t offset = ((int32_t)1 << (s.shift - 1)) - s.zero_point_a * s.multiplier_a -
                     s.zero_point_b * s.multiplier_b;
    int32x4_t offsets = vdupq_n_s32(offset);
    int32x4_t low = vdupq_n_s32(s.limits.low), high = vdupq_n_s32(s.limits.high);

    for (; done + 4 <= count; done += 4) {
        int32x4_t sum = vmlaq_n_s32(offsets, vldrbq_s32(a + done), s.multiplier_a);

        sum = vshlq_r_s32(vmlaq_n_s32(sum, vldrbq_s32(b + done), s.multiplier_b), -s.shift);
        sum = vmaxq_s32(vaddq_n_s32(sum, s.limits.zero_point), low);
        vstrbq_s32(out + done, vminq_s32(sum, high));
    }
#endif
    for (; done < count; done++)
        out[done] = (int8_t)sum_shifted(&s, a[done], b[done]);
}
