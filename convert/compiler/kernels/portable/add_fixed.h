/* needs: fixed_point; struct: add */
/* Addition in fixed point: both inputs are brought to one scale, then the sum to the output's.
 * In place is fine. */
struct add {
    int32_t count;
    int32_t zero_point_a, multiplier_a, shift_a;
    int32_t zero_point_b, multiplier_b, shift_b;
    int32_t multiplier, shift;
    int32_t zero_point, low, high;  /* of the output; the result is within low..high */
};

static void add_fixed(const struct add *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    for (int32_t i = 0; i < p->count; i++) {
        int32_t left = (a[i] - p->zero_point_a) * ((int32_t)1 << 20);
        int32_t right = (b[i] - p->zero_point_b) * ((int32_t)1 << 20);
        int32_t sum = scale_fixed(left, p->multiplier_a, p->shift_a) +
                      scale_fixed(right, p->multiplier_b, p->shift_b);
        int32_t value = scale_fixed(sum, p->multiplier, p->shift) + p->zero_point;
        out[i] = (int8_t)(value < p->low ? p->low : value > p->high ? p->high : value);
    }
}
