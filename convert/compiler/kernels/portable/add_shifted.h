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
    const struct sum_shifted *s = &p->sum;
    int32_t multiplier_a = s->multiplier_a, multiplier_b = s->multiplier_b, shift = s->shift;
    int32_t start = ((int32_t)1 << (shift - 1)) - s->zero_point_a * multiplier_a -
                    s->zero_point_b * multiplier_b;
    int32_t count = p->count;
    struct limits limits; /* of its own, which out cannot lie over */

    limits.zero_point = s->limits.zero_point;
    limits.low = s->limits.low;
    limits.high = s->limits.high;
    for (int32_t i = 0; i < count; i++) {
        int32_t sum = a[i] * multiplier_a + b[i] * multiplier_b + start;

        out[i] = (int8_t)limited_sum(&limits, sum >> shift);
    }
#endif
}
