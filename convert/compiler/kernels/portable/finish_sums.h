/* needs: dense_layer */
/* Requantize `count` sums, of the outputs from `first` on. */
HELPER void finish_sums(const struct dense_packed *d, const int32_t *sums, int32_t first,
                        int32_t count, int8_t *out)
{
    for (int32_t i = 0; i < count; i++)
        out[first + i] = requantize(&d->scaling, first + i, sums[i] >> d->shift);
}
