/* needs: element, fixed_point */
/* Integers with another scale, as another type. */
struct rescale {
    int32_t count;
    int32_t from, to;               /* types, as element.h has them */
    int32_t zero_point_in;
    int32_t multiplier, shift;
    int32_t zero_point, low, high;  /* of the output; the result is within low..high */
};

static void rescale(const struct rescale *r, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < r->count; i++) {
        int32_t steps = get_element(in, r->from, i) - r->zero_point_in;
        int64_t value = (int64_t)scale_fixed(steps, r->multiplier, r->shift) + r->zero_point;

        value = value < r->low ? r->low : value > r->high ? r->high : value;
        put_element(out, r->to, i, (int32_t)value);
    }
}
