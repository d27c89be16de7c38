/* needs: prologue */
/* Some dimensions of the input are reduced to one number, the others stay; the innermost last. */
struct reduce {
    int32_t outputs;
    int32_t kept[3], kept_stride[3];  /* strides in elements of the input */
    int32_t size[3], stride[3];       /* of what is reduced */
};

/* Where the first of the elements of output `number` lies. */
HELPER int32_t reduce_first(const struct reduce *r, int32_t number)
{
    int32_t first = 0;

    for (int32_t d = 2; d >= 0; d--) {
        first += number % r->kept[d] * r->kept_stride[d];
        number /= r->kept[d];
    }
    return first;
}

/* The sum of the elements of output `number`. */
HELPER int32_t reduce_sum(const struct reduce *r, const int8_t *in, int32_t number)
{
    int32_t first = reduce_first(r, number), sum = 0;

    for (int32_t i = 0; i < r->size[0]; i++)
        for (int32_t j = 0; j < r->size[1]; j++) {
            const int8_t *from = in + (first + i * r->stride[0] + j * r->stride[1]);
            for (int32_t k = 0; k < r->size[2]; k++)
                sum += from[k * r->stride[2]];
        }
    return sum;
}
