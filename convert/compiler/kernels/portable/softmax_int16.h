/* needs: fixed_point, types; flash: table */
/* Softmax over rows of 16-bit numbers, by tables. In place is fine. */
struct softmax_int16 {
    int32_t rows, length;
    int32_t multiplier, shift;   /* input steps to steps of the first table */
    const int16_t *exponential;  /* [513]: exp(x) for x of -10..0, Q15 */
    const int16_t *inverse;      /* [513]: 1 / (1 + x) for x of 0..1, Q15 */
};

/* Between two entries of a table; values beyond 16 bits count as the last of them. */
static int32_t interpolated(const int16_t *table, int32_t value)
{
    uint32_t place = value < -32768 ? 0 : value > 32767 ? 65535u : (uint32_t)(value + 32768);
    int32_t base = table[place >> 7], slope = table[(place >> 7) + 1] - base;
    int32_t rest = slope * (int32_t)(place & 0x7f) + 64;

    return base + (rest >= 0 ? rest >> 7 : ~(~rest >> 7));
}

static void softmax_int16(const struct softmax_int16 *s, const arena_int16 *in, arena_int16 *out)
{
    for (int32_t row = 0; row < s->rows; row++, in += s->length, out += s->length) {
        int32_t top = in[0], sum = 0, bits = 0, inverse;

        for (int32_t i = 1; i < s->length; i++)
            top = in[i] > top ? in[i] : top;
        for (int32_t i = 0; i < s->length; i++) {
            int32_t below = scale_fixed(in[i] - top, s->multiplier, s->shift);

            out[i] = (int16_t)interpolated(s->exponential, below < -65535 ? -32768 : below + 32767);
            sum += out[i];
        }
        while (bits < 31 && sum >> bits != 0)
            bits++;
        inverse = (int32_t)((((int64_t)sum << (31 - bits)) + ((int64_t)1 << 13)) >> 14);
        inverse = interpolated(s->inverse, inverse - 32768 - 65536);
        for (int32_t i = 0; i < s->length; i++) {
            int64_t share = (int64_t)out[i] * inverse + ((int64_t)1 << (bits - 2));

            share >>= bits - 1;
            out[i] = (int16_t)(share < 0 ? 0 : share > 32767 ? 32767 : share);
        }
    }
}
