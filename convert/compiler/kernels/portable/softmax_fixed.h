/* needs: exponential */
/* Softmax over rows in fixed point, as TensorFlow Lite's reference has it. In place is fine. */
struct softmax_fixed {
    int32_t rows, length;
    struct exponents exponents;
};

static void softmax_fixed(const struct softmax_fixed *s, const int8_t *in, int8_t *out)
{
    const struct exponents *e = &s->exponents;

    for (int32_t row = 0; row < s->rows; row++, in += s->length, out += s->length) {
        int32_t top = largest(in, s->length), headroom = 0, inverse, shift;
        uint32_t sum = (uint32_t)exp_sum(e, in, s->length, top);

        for (; (sum & 0x80000000u) == 0; headroom++)
            sum <<= 1;
        shift = 12 - headroom + 31 - 8; /* above 31 the runtimes abort */
        inverse = reciprocal((int32_t)(sum - 0x80000000u));
        for (int32_t i = 0; i < s->length; i++) {
            int32_t power, value = -128;
            if (in[i] - top >= e->smallest) {
                power = exp_negative(scale_fixed(in[i] - top, e->multiplier, e->shift));
                value += rounding_divide(multiply_high(inverse, power), shift < 31 ? shift : 31);
            }
            out[i] = (int8_t)(value > 127 ? 127 : value);
        }
    }
}
