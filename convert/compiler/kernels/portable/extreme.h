/* needs: broadcast */
/* The larger of each two numbers. In place over a of the output's shape is fine. */
struct extreme {
    struct broadcast shape;
    int32_t flip;  /* 0; -1: the smaller, as turning all bits turns the order */
};

static void extreme(const struct extreme *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const struct broadcast *s = &p->shape;
    struct broadcast_row row = broadcast_first();

    do {
        for (int32_t i = 0; i < s->size[4]; i++) {
            int32_t left = a[row.a + i * s->a[4]] ^ p->flip;
            int32_t right = b[row.b + i * s->b[4]] ^ p->flip;
            *out++ = (int8_t)((left > right ? left : right) ^ p->flip);
        }
    } while (broadcast_next(s, &row));
}
