/* needs: broadcast, fixed_point, limits */
/* The square of a difference, in fixed point: both numbers are brought to one scale
 * first. In place over a of the output's shape is fine. */
struct squared_difference {
    struct broadcast shape;
    int32_t zero_point_a, multiplier_a, shift_a;
    int32_t zero_point_b, multiplier_b, shift_b;
    int32_t multiplier, shift;
    struct limits limits;
};

HELPER int32_t squared(const struct squared_difference *p, int32_t a, int32_t b)
{
    int32_t left = scale_fixed((a - p->zero_point_a) * 128, p->multiplier_a, p->shift_a);
    int32_t right = scale_fixed((b - p->zero_point_b) * 128, p->multiplier_b, p->shift_b);
    int32_t square = (left - right) * (left - right);

    return limited(&p->limits, scale_fixed(square, p->multiplier, p->shift));
}

static void squared_difference(const struct squared_difference *p, const int8_t *a, const int8_t *b,
                               int8_t *out)
{
    const struct broadcast *s = &p->shape;
    struct broadcast_row row = broadcast_first();

    do {
        for (int32_t i = 0; i < s->size[4]; i++)
            *out++ = (int8_t)squared(p, a[row.a + i * s->a[4]], b[row.b + i * s->b[4]]);
    } while (broadcast_next(s, &row));
}
