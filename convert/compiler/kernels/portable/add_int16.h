/* needs: broadcast, sum_fixed, types */
/* ADD and SUB of 16 bits. In place over a of the output's shape is fine. */
struct add_int16 {
    struct broadcast shape;
    struct sum_fixed sum;
};

static void add_int16(const struct add_int16 *p, const arena_int16 *a, const arena_int16 *b,
                      arena_int16 *out)
{
    const struct broadcast *s = &p->shape;
    struct broadcast_row row = broadcast_first();

    do {
        for (int32_t i = 0; i < s->size[4]; i++)
            *out++ = (int16_t)sum_fixed(&p->sum, a[row.a + i * s->a[4]], b[row.b + i * s->b[4]]);
    } while (broadcast_next(s, &row));
}
