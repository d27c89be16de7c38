/* needs: broadcast, requantize */
/* MUL as XNNPACK has it. In place over a of the output's shape is fine. */
struct mul_float {
    struct broadcast shape;
    int32_t zero_point_a, zero_point_b;
    struct scaling scaling;  /* of one channel */
};

static void mul_float(const struct mul_float *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const struct broadcast *s = &p->shape;
    struct broadcast_row row = broadcast_first();

    do {
        for (int32_t i = 0; i < s->size[4]; i++) {
            int32_t left = a[row.a + i * s->a[4]] - p->zero_point_a;
            int32_t right = b[row.b + i * s->b[4]] - p->zero_point_b;
            *out++ = requantize(&p->scaling, 0, left * right);
        }
    } while (broadcast_next(s, &row));
}
