/* needs: broadcast, product_fixed, types */
/* MUL of 16 bits in fixed point. In place over a of the output's shape is fine. */
struct mul_fixed_int16 {
    struct broadcast shape;
    struct product_fixed product;
};

static void mul_fixed_int16(const struct mul_fixed_int16 *p, const arena_int16 *a,
                            const arena_int16 *b, arena_int16 *out)
{
    const struct broadcast *s = &p->shape;
    struct broadcast_row row = broadcast_first();

    do {
        for (int32_t i = 0; i < s->size[4]; i++)
            *out++ = (int16_t)product_fixed(&p->product, a[row.a + i * s->a[4]],
                                            b[row.b + i * s->b[4]]);
    } while (broadcast_next(s, &row));
}
