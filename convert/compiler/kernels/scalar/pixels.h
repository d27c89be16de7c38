/* needs: prologue, requantize */
#if defined(REQUANTIZE_SHORTLY)
/* Requantize sums of a channel that lie `next` words apart, for outputs up to `end` that lie `step`
 * bytes apart. A function of its own, because compilers run out of registers otherwise. */
NO_INLINE static void store_channel(const struct scaling *scaling, const struct factor *f,
                                    const int32_t *sum, int32_t next, int8_t *to,
                                    const int8_t *end, int32_t step)
{
    int32_t drop = f->drop, mantissa = f->mantissa, half = f->half, rest = f->rest;
    int32_t zero_point = scaling->zero_point;
    int32_t low = scaling->low - zero_point, high = scaling->high - zero_point;

    for (; to != end; to += step, sum += next) {
        int32_t kept = *sum >> drop, result;

        if ((uint32_t)kept + 32640 > 65280) {
            result = kept < 0 ? low : high;
        } else {
            result = (kept * mantissa + half) >> rest;
            result = result % 32 == 0 ? scale_exactly(f->scale, *sum) : result >> 5;
            if (result < low)
                result = low;
            if (result > high)
                result = high;
        }
        *to = (int8_t)(result + zero_point);
    }
}
#endif

/* Requantize the sums of `count` pixels that lie behind each other, channel by channel, so that
 * what a channel needs is fetched once. `next` is how far the sums of a pixel lie from those of the
 * pixel before, `step` those of a channel. */
static void store_pixels(const struct scaling *scaling, const int32_t *sums, int32_t step,
                         int32_t next, int32_t channels, int32_t count, int8_t *out)
{
    for (int32_t channel = 0; channel < channels; channel++, sums += step, out++) {
        const int32_t *sum = sums;
        int8_t *to = out, *end = out + count * channels;
#if defined(REQUANTIZE_SHORTLY)
        struct factor f = factor_of(scaling->scale[channel]);

        if (f.drop <= 30) {
            store_channel(scaling, &f, sum, next, to, end, channels);
            continue;
        }
#endif
        for (; to != end; to += channels, sum += next)
            *to = requantize(scaling, channel, *sum);
    }
}
