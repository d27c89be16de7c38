/* needs: reduce */
/* The largest number of each output's. */
struct reduce_extreme {
    struct reduce reduce;
    int32_t flip;  /* 0; -1: the smallest, as turning all bits turns the order */
};

static void reduce_extreme(const struct reduce_extreme *r, const int8_t *in, int8_t *out)
{
    const struct reduce *s = &r->reduce;

    for (int32_t number = 0; number < s->outputs; number++) {
        int32_t first = reduce_first(s, number), best = -128;
        for (int32_t i = 0; i < s->size[0]; i++)
            for (int32_t j = 0; j < s->size[1]; j++)
                for (int32_t k = 0; k < s->size[2]; k++) {
                    int32_t at = first + i * s->stride[0] + j * s->stride[1] + k * s->stride[2];
                    int32_t value = in[at] ^ r->flip;
                    best = value > best ? value : best;
                }
        out[number] = (int8_t)(best ^ r->flip);
    }
}
