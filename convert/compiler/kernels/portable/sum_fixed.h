/* needs: fixed_point, limits, prologue */
/* A sum or difference in fixed point: both numbers are brought to one scale, then the sum to the
 * output's. */
struct sum_fixed {
    int32_t zero_point_a, multiplier_a, shift_a;
    int32_t zero_point_b, multiplier_b, shift_b;
    int32_t sign;               /* of b: 1, or -1 for a difference */
    int32_t room;               /* bits that the numbers are shifted to the left at first */
    int32_t multiplier, shift;  /* below 1 together */
    struct limits limits;
};

INLINE int32_t sum_fixed(const struct sum_fixed *p, int32_t a, int32_t b)
{
    int32_t unit = (int32_t)1 << p->room;
    int32_t left = (a - p->zero_point_a) * unit;
    int32_t right = (b - p->zero_point_b) * unit;
    int32_t sum = scale_fixed(left, p->multiplier_a, p->shift_a) +
                  p->sign * scale_fixed(right, p->multiplier_b, p->shift_b);

    return limited_sum(&p->limits, scale_fixed(sum, p->multiplier, p->shift));
}
