/* needs: prologue, requantize */
/* Requantize the sums [channels][4] of the channels from `first` on, for so many pixels whose
 * outputs are `step` bytes apart. */
static void finish_pixels(const struct scaling *of, const int32_t *sums, int32_t first, int32_t end,
                          int32_t step, int32_t pixels, int8_t *out)
{
    struct scaling scaling = *of;

    out += first;
    for (int32_t channel = first; channel < end; channel++, sums += 4, out++) {
        struct factor factor = factor_of(&scaling, channel);

        for (int32_t i = 0; i < pixels; i++)
            out[i * step] = requantize_by(&factor, sums[i]);
    }
}
