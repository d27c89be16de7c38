/* needs: broadcast, fixed_point, limits */
/* PRELU: a where it is positive, else a times b. In place over a of the output's shape is fine. */
struct prelu {
    struct broadcast shape;
    int32_t zero_point_a, zero_point_b;
    int32_t multiplier, shift;                    /* of positive numbers */
    int32_t multiplier_negative, shift_negative;  /* of products */
    struct limits limits;
};

HELPER int32_t sloped(const struct prelu *p, int32_t a, int32_t b)
{
    int32_t value = a - p->zero_point_a;

    if (value >= 0)
        value = scale_fixed(value, p->multiplier, p->shift);
    else
        value = scale_fixed(value * (b - p->zero_point_b), p->multiplier_negative,
                            p->shift_negative);
    return limited(&p->limits, value);
}

static void prelu(const struct prelu *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const struct broadcast *s = &p->shape;
    struct broadcast_row row = broadcast_first();

    do {
        for (int32_t i = 0; i < s->size[4]; i++)
            *out++ = (int8_t)sloped(p, a[row.a + i * s->a[4]], b[row.b + i * s->b[4]]);
    } while (broadcast_next(s, &row));
}
