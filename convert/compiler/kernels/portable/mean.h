/* needs: nothing */
/* The sum over some of four dimensions; the others stay. */
struct mean {
    int32_t size[4];  /* of the input */
    int32_t kept[4];  /* of the output: size, or 1 where it is summed over */
};

/* The sum of the input's elements that belong to output element `number`. */
static int32_t mean_sum(const struct mean *m, const int8_t *in, int32_t number)
{
    int32_t at[4], sum = 0, total = 1;

    for (int32_t d = 3; d >= 0; d--) {
        at[d] = number % m->kept[d];
        number /= m->kept[d];
        total *= m->size[d] / m->kept[d];
    }
    for (int32_t i = 0; i < total; i++) {
        int32_t rest = i, stride = 1, offset = 0;
        for (int32_t d = 3; d >= 0; d--) {
            int32_t span = m->size[d] / m->kept[d];
            offset += (at[d] + rest % span) * stride;
            rest /= span;
            stride *= m->size[d];
        }
        sum += in[offset];
    }
    return sum;
}
