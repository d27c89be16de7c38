/* needs: numbers, fixed_point, limits */
/* Stored numbers to another type or scale, in fixed point. In place is fine where both types have
 * as many bytes. */
struct rescale {
    int32_t count, from, to;  /* types, NUMBER_... */
    int32_t zero_point;       /* of the input */
    int32_t multiplier, shift;
    struct limits limits;
};

static void rescale(const struct rescale *r, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < r->count; i++) {
        int32_t value = load_number(in, r->from, i) - r->zero_point;
        value = scale_fixed(value, r->multiplier, r->shift);
        store_number(out, r->to, i, limited(&r->limits, value));
    }
}
