/* needs: types, sigmoid16 */
/* Sigmoid or hyperbolic tangent of int16 in words of 16 bits. In place is fine. */
struct sigmoid_words {
    int32_t count;
    int32_t is_tanh;
    int32_t bits;  /* of the input before the point; 3 for the sigmoid */
};

static void sigmoid_words(const struct sigmoid_words *s, const arena_int16 *in, arena_int16 *out)
{
    for (int32_t i = 0; i < s->count; i++)
        out[i] = (int16_t)(s->is_tanh ? tanh16(in[i], s->bits) : logistic16(in[i]));
}
