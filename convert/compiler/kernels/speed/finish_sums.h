/* needs: dense_layer, factors */
/* Requantize `count` sums, of the outputs from `first` on. */
HELPER void finish_sums(const struct dense_packed *d, const int32_t *sums, int32_t first,
                        int32_t count, int8_t *out)
{
    struct scaling scaling = d->scaling;
    int32_t shift = d->shift;

    if (is_free(&scaling))
        for (int32_t i = first; i < first + count; i++) {
            struct factor factor = factor_of(&scaling, i);

            out[i] = (int8_t)free_by(&factor, *sums++ >> shift);
        }
    else
        for (int32_t i = first; i < first + count; i++)
            out[i] = requantize(&scaling, i, *sums++ >> shift);
}
