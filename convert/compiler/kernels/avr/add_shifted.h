/* needs: sum_shifted */
/* ADD and SUB of tensors of one shape. In place is fine. */
struct add_shifted {
    int32_t count;
    struct sum_shifted sum;
};

static void add_shifted(const struct add_shifted *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    for (int32_t i = 0; i < p->count; i++)
        out[i] = (int8_t)sum_shifted(&p->sum, a[i], b[i]);
}
