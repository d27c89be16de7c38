/* struct: add */
/* Addition as XNNPACK does it: one shift for both inputs. In place is fine. */
struct add {
    int32_t count;
    int32_t zero_point_a, multiplier_a, zero_point_b, multiplier_b, shift;
    int32_t zero_point, low, high;  /* of the output; the result is within low..high */
};

static void add_shifted(const struct add *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    for (int32_t i = 0; i < p->count; i++) {
        int32_t sum = (a[i] - p->zero_point_a) * p->multiplier_a +
                      (b[i] - p->zero_point_b) * p->multiplier_b + ((int32_t)1 << (p->shift - 1));
        int32_t value = (sum >= 0 ? sum >> p->shift : ~(~sum >> p->shift)) + p->zero_point;
        out[i] = (int8_t)(value < p->low ? p->low : value > p->high ? p->high : value);
    }
}
