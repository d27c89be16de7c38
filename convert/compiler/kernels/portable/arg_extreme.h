/* needs: types */
/* The place along the middle one of [outer, count, inner] of the largest number, the first of
 * equals. */
struct arg_extreme {
    int32_t outer, count, inner;
    int32_t flip;  /* 0; -1: the smallest, as turning all bits turns the order */
};

static void arg_extreme(const struct arg_extreme *p, const int8_t *in, arena_int32 *out)
{
    for (int32_t i = 0; i < p->outer; i++, in += p->count * p->inner)
        for (int32_t j = 0; j < p->inner; j++) {
            int32_t best = 0;
            for (int32_t k = 1; k < p->count; k++)
                if ((in[k * p->inner + j] ^ p->flip) > (in[best * p->inner + j] ^ p->flip))
                    best = k;
            *out++ = best;
        }
}
