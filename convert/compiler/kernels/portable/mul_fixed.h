/* needs: broadcast, product_fixed */
/* MUL in fixed point. In place over a of the output's shape is fine. */
struct mul_fixed {
    struct broadcast shape;
    struct product_fixed product;
};

static void mul_fixed(const struct mul_fixed *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const struct broadcast *s = &p->shape;
    struct broadcast_row row = broadcast_first();

    do {
        for (int32_t i = 0; i < s->size[4]; i++)
            *out++ = (int8_t)product_fixed(&p->product, a[row.a + i * s->a[4]],
                                           b[row.b + i * s->b[4]]);
    } while (broadcast_next(s, &row));
}
