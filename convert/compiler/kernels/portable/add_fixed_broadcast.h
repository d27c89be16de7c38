/* needs: broadcast, sum_fixed */
/* ADD and SUB of tensors of different shapes. In place over a of the output's shape is fine. */
struct add_fixed_broadcast {
    struct broadcast shape;
    struct sum_fixed sum;
};

static void add_fixed_broadcast(const struct add_fixed_broadcast *p, const int8_t *a,
                                const int8_t *b, int8_t *out)
{
    const struct broadcast *s = &p->shape;
    struct broadcast_row row = broadcast_first();

    do {
        for (int32_t i = 0; i < s->size[4]; i++)
            *out++ = (int8_t)sum_fixed(&p->sum, a[row.a + i * s->a[4]], b[row.b + i * s->b[4]]);
    } while (broadcast_next(s, &row));
}
