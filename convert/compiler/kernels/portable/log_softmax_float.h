/* needs: prologue */
/* The logarithm of softmax over rows in float32, with a table of exponentials, as LiteRT does it.
 * In place is fine. */
struct log_softmax_float {
    int32_t rows, length;
    const float *power;  /* [256]: exp(-scale * i) */
    float scale;         /* of the input */
};

/* log(value) for value >= 1, to the nearest float: in 2^-60, factors 1 + 2^-i being taken out. */
HELPER float log_float(float value)
{
    static const uint64_t step[24] = { /* log(1 + 2^-i), i of 1..24, in 2^-60 */
        467469442505642749, 257266998924493878, 135794594686119519, 69895430200825139,
        35477307009321985, 17875110068750280, 8972197067515785, 4494826373940704, 2249603649553466,
        1125350508680738, 562812559190705, 281440622563670, 140728899119723, 70366596781393,
        35183835228842, 17592051828053, 8796059467947, 4398038122517, 2199021158403, 1099511103488,
        549755682816, 274877874176, 137438945280, 68719474688};
    const uint64_t log_2 = 799144290325165979;
    uint64_t result = log_2, part;

    if (value <= 1.0f)
        return 0.0f;
    for (; value >= 2.0f; value *= 0.5f)
        result += log_2;
    part = (uint64_t)(value * 8388608.0f) << 39; /* in 2^-62 */
    for (int32_t i = 1; i <= 24; i++) {
        uint64_t larger = part + (part >> i);
        if (larger < (uint64_t)1 << 63) {
            part = larger;
            result -= step[i - 1];
        }
    }
    result -= (((uint64_t)1 << 63) - part) >> 3; /* what is left, 2 / part, is 1 but for a little */
    return (float)result * 8.673617379884035e-19f;
}

static void log_softmax_float(const struct log_softmax_float *s, const int8_t *in, int8_t *out)
{
    /* volatile: each step is rounded to float32 */
    volatile float scale = s->scale * 16.0f;

    for (int32_t row = 0; row < s->rows; row++, in += s->length, out += s->length) {
        int32_t top = -128;
        volatile float sum = 0.0f, offset;

        for (int32_t i = 0; i < s->length; i++)
            top = in[i] > top ? in[i] : top;
        for (int32_t i = 0; i < s->length; i++)
            sum = sum + s->power[top - in[i]];
        offset = s->scale * (float)top;
        offset = offset + log_float(sum);
        offset = offset * 16.0f;
        for (int32_t i = 0; i < s->length; i++) {
            volatile float value = scale * (float)in[i];
            float bounded;
            value = value - offset;
            bounded = value < -300.0f ? -300.0f : value > 300.0f ? 300.0f : value;
            value = bounded + 12582912.0f; /* 1.5 * 2^23: rounds half to even */
            top = (int32_t)(value - 12582912.0f) + 127;
            out[i] = (int8_t)(top < -128 ? -128 : top > 127 ? 127 : top);
        }
    }
}
