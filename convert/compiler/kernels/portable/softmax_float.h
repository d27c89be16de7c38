/* struct: softmax */
/* Softmax over rows, with a table of exponentials, as LiteRT does it. */
struct softmax {
    int32_t rows, length;
    const float *power;  /* [256]: exp(-beta * scale * i) */
};

static void softmax_float(const struct softmax *s, const int8_t *in, int8_t *out)
{
    for (int32_t row = 0; row < s->rows; row++, in += s->length, out += s->length) {
        int32_t top = -128;
        volatile float sum = 0.0f, inverse;

        for (int32_t i = 0; i < s->length; i++)
            top = in[i] > top ? in[i] : top;
        for (int32_t i = 0; i < s->length; i++)
            sum = sum + s->power[top - in[i]];
        sum = sum * 0.00390625f; /* the output's scale, 1/256 */
        inverse = 1.0f / sum;
        for (int32_t i = 0; i < s->length; i++) {
            volatile float share = s->power[top - in[i]] * inverse;
            int32_t value = (int32_t)(share + 0.5f) - 128;
            out[i] = (int8_t)(value > 127 ? 127 : value);
        }
    }
}
