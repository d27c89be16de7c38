/* needs: sum_shifted */
/* ADD and SUB of tensors of one shape. In place is fine. */
struct add_shifted {
    int32_t count;
    struct sum_shifted sum;
};

static void add_shifted(const struct add_shifted *p, const int8_t *a, const int8_t *b, int8_t *out)
{
#if defined(__OPTIMIZE_SIZE__)
    for (int32_t i = 0; i < p->count; i++)
        out[i] = (int8_t)sum_shifted(&p->sum, a[i], b[i]);
#else
    struct sum_shifted sum; /* of its own, which out cannot lie over */
    int32_t count = p->count;

    sum.zero_point_a = p->sum.zero_point_a;
    sum.multiplier_a = p->sum.multiplier_a;
    sum.zero_point_b = p->sum.zero_point_b;
    sum.multiplier_b = p->sum.multiplier_b;
    sum.shift = p->sum.shift;
    sum.limits.zero_point = p->sum.limits.zero_point;
    sum.limits.low = p->sum.limits.low;
    sum.limits.high = p->sum.limits.high;
    for (int32_t i = 0; i < count; i++)
        out[i] = (int8_t)sum_shifted(&sum, a[i], b[i]);
#endif
}
