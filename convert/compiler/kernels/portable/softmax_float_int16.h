/* needs: types */
/* Softmax over rows, with a table of exponentials, as LiteRT does it, with 16-bit shares of
 * 8-bit inputs. */
struct softmax_float_int16 {
    int32_t rows, length;
    const float *power;  /* [256]: exp(-beta * scale * i) */
    float scale;         /* of the output */
};

static void softmax_float_int16(const struct softmax_float_int16 *s, const int8_t *in,
                                arena_int16 *out)
{
    for (int32_t row = 0; row < s->rows; row++, in += s->length, out += s->length) {
        int32_t top = -128;
        volatile float sum = 0.0f, inverse;

        for (int32_t i = 0; i < s->length; i++)
            top = in[i] > top ? in[i] : top;
        for (int32_t i = 0; i < s->length; i++)
            sum = sum + s->power[top - in[i]];
        sum = sum * s->scale;
        inverse = 1.0f / sum;
        for (int32_t i = 0; i < s->length; i++) {
            volatile float share = s->power[top - in[i]] * inverse;
            int32_t value = (int32_t)(share + 0.5f) - 32768;
            out[i] = (int16_t)(value > 32767 ? 32767 : value);
        }
    }
}
