/* needs: real_numbers, limits; struct: quantize */
/* Real numbers to steps as TensorFlow Lite's reference does it: divided by the scale, half away from
 * zero. Where that is 2^31 steps or more either way, or no number, the runtime's conversion to an
 * integer is undefined; here it is clamped. The output may lie over the input. */
struct quantize {
    int32_t count, type;  /* the output's type is NUMBER_... */
    float scale;
    struct limits limits;
};

static void quantize_away(const struct quantize *q, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < q->count; i++) {
        uint32_t bits = real_bits(in, i);
        /* volatile: a division with one rounding, whatever the compiler may do to floats */
        volatile float scale = q->scale;
        volatile float steps = load_real(in, i) / scale;
        int32_t value = is_nan(bits) ? q->limits.low : limited(&q->limits, nearest(steps, 0));

        store_number(out, q->type, i, value);
    }
}
