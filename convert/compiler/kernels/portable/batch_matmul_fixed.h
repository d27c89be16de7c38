/* needs: matmul, fixed_point, limits */
/* BATCH_MATMUL in fixed point. */
struct batch_matmul_fixed {
    struct matmul product;
    int32_t multiplier, shift;
    struct limits limits;
};

static void batch_matmul_fixed(const struct batch_matmul_fixed *p, const int8_t *a, const int8_t *b,
                               int8_t *out)
{
    const struct broadcast *s = &p->product.shape;
    struct broadcast_row row = {{0}, 0, 0};

    do {
        for (int32_t i = 0; i < s->size[4]; i++) {
            int32_t sum = matmul_sum(&p->product, a + row.a, b + row.b + i * s->b[4]);
            sum = scale_fixed(sum, p->multiplier, p->shift);
            *out++ = (int8_t)limited(&p->limits, sum);
        }
    } while (broadcast_next(s, &row));
}
