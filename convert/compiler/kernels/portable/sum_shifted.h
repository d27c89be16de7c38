/* needs: limits, prologue */
/* A sum or difference as XNNPACK has it: one shift for both numbers. */
struct sum_shifted {
    int32_t zero_point_a, multiplier_a;
    int32_t zero_point_b, multiplier_b;  /* negative for a difference */
    int32_t shift;
    struct limits limits;
};

INLINE int32_t sum_shifted(const struct sum_shifted *p, int32_t a, int32_t b)
{
    int32_t sum = (a - p->zero_point_a) * p->multiplier_a +
                  (b - p->zero_point_b) * p->multiplier_b + ((int32_t)1 << (p->shift - 1));

    return limited_sum(&p->limits, sum >> p->shift);
}
