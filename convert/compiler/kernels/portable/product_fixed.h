/* needs: fixed_point, limits, prologue */
/* A product in fixed point. */
struct product_fixed {
    int32_t zero_point_a, zero_point_b;
    int32_t multiplier, shift;
    struct limits limits;
};

INLINE int32_t product_fixed(const struct product_fixed *p, int32_t a, int32_t b)
{
    int32_t product = (a - p->zero_point_a) * (b - p->zero_point_b);

    return limited(&p->limits, scale_fixed(product, p->multiplier, p->shift));
}
