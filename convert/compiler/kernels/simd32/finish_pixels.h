/* needs: prologue, requantize, factors, store_four */
/* Requantize the sums [channels][4], in 256ths, of the channels from `first` on, for so many pixels
 * whose outputs are `step` bytes apart. */
static void finish_pixels(const struct scaling *of, const int32_t *sums, int32_t first, int32_t end,
                          int32_t step, int32_t pixels, int8_t *out)
{
    struct scaling scaling = *of;

    out += first;
#if defined(REQUANTIZE_IN_ASSEMBLY)
    if (pixels == 4 && is_free(&scaling)) {
        store_four(scaling.scale + first, sums, out, out + end - first, step, scaling.zero_point);
        return;
    }
#endif
    for (int32_t channel = first; channel < end; channel++, sums += 4, out++) {
        struct factor factor = factor_of(&scaling, channel);

        for (int32_t i = 0; i < pixels; i++)
            out[i * step] = requantize_256ths(&factor, sums + i);
    }
}
