/* needs: broadcast */
/* Products of matrices. */
struct matmul {
    struct broadcast shape;                   /* the last two dimensions: rows of a, columns of b */
    int32_t depth;                            /* products in each sum */
    int32_t step_a, step_b;                   /* elements from one factor to the next */
    int32_t zero_point_a, zero_point_b;
};

HELPER int32_t matmul_sum(const struct matmul *m, const int8_t *a, const int8_t *b)
{
    int32_t sum = 0;

    for (int32_t i = 0; i < m->depth; i++, a += m->step_a, b += m->step_b)
        sum += (*a - m->zero_point_a) * (*b - m->zero_point_b);
    return sum;
}
