/* needs: matmul, requantize */
/* BATCH_MATMUL as XNNPACK has it. */
struct batch_matmul_float {
    struct matmul product;
    struct scaling scaling;  /* of one channel */
};

static void batch_matmul_float(const struct batch_matmul_float *p, const int8_t *a, const int8_t *b,
                               int8_t *out)
{
    const struct broadcast *s = &p->product.shape;
    struct broadcast_row row = {{0}, 0, 0};

    do {
        for (int32_t i = 0; i < s->size[4]; i++) {
            int32_t sum = matmul_sum(&p->product, a + row.a, b + row.b + i * s->b[4]);
            *out++ = requantize(&p->scaling, 0, sum);
        }
    } while (broadcast_next(s, &row));
}
