/* needs: prologue, requantize, store_channel */
/* Requantize the sums of `count` pixels that lie behind each other, channel by channel, so that
 * what a channel needs is fetched once. `next` is how far the sums of a pixel lie from those of the
 * pixel before, `step` those of a channel. */
static void store_pixels(const struct scaling *scaling, const int32_t *sums, int32_t step,
                         int32_t next, int32_t channels, int32_t count, int8_t *out)
{
    int32_t size = count * channels;
#if defined(REQUANTIZE_SHORTLY)
    struct channel_run run;

    run.next = 4 * next;
    run.step = channels;
    run.zero_point = scaling->zero_point;
    run.low = scaling->low - scaling->zero_point;
    run.high = scaling->high - scaling->zero_point;
    run.exactly = scale_exactly;
#endif
    for (int32_t channel = 0; channel < channels; channel++, sums += step, out++) {
        const int32_t *sum = sums;
#if defined(REQUANTIZE_SHORTLY)
        struct factor f = factor_of(scaling, channel);

        if (f.drop <= 30) {
            run.drop = f.drop;
            run.mantissa = f.mantissa;
            run.rest = f.rest;
            run.half = f.half;
            run.scale = f.scale;
            store_channel(&run, sum, out, out + size);
            continue;
        }
#endif
        for (int32_t i = 0; i < size; i += channels, sum += next)
            out[i] = requantize(scaling, channel, *sum);
    }
}
