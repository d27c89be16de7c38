/* needs: real_numbers, limits; struct: quantize */
/* Real numbers to steps as XNNPACK does it: times 1 / scale, half to even. The output may lie over
 * the input. */
struct quantize {
    int32_t count, type;  /* the output's type is NUMBER_... */
    float factor;
    struct limits limits;
};

static void quantize_even(const struct quantize *q, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < q->count; i++) {
        uint32_t bits = real_bits(in, i);
        /* volatile: one rounding, whatever the compiler may do to floats */
        volatile float steps = load_real(in, i) * q->factor;
        int32_t value = is_nan(bits) ? q->limits.high : limited(&q->limits, nearest(steps, 1));

        store_number(out, q->type, i, value);
    }
}
