/* needs: fixed_point; struct: softmax */
/* Softmax over rows in fixed point, as TensorFlow Lite's reference has it, with the functions of
 * gemmlowp: Q<n> is a number with n bits before and 31 - n behind the point. */
struct softmax {
    int32_t rows, length;
    int32_t multiplier, shift;  /* input steps to Q5, times beta */
    int32_t smallest;           /* differences below this count as nothing */
};

/* 2^31 - 1 instead of what would overflow; value is not negative. */
static int32_t saturate(int64_t value)
{
    return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int32_t)value;
}

/* exp(a) for a in -1/4..0, Q0 to Q0: a polynomial about -1/8. */
static int32_t exp_quarter(int32_t a)
{
    int32_t x = a + ((int32_t)1 << 28);
    int32_t x2 = multiply_high(x, x);
    int32_t x3 = multiply_high(x2, x);
    int32_t x4 = multiply_high(x2, x2);
    int32_t high = multiply_high(rounding_divide(x4, 2) + x3, 715827883) + x2;

    return saturate((int64_t)1895147668 + multiply_high(1895147668, x + rounding_divide(high, 1)));
}

/* exp(a) for a <= 0, Q5 to Q0. */
static int32_t exp_negative(int32_t a)
{
    static const int32_t factor[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535,
                                      720401, 242}; /* exp(-2^i) for i of -2..4 */
    int32_t part = (int32_t)((uint32_t)a & 0xffffffu) - ((int32_t)1 << 24);
    int32_t result = exp_quarter(part * 32);
    uint32_t rest = (uint32_t)part - (uint32_t)a;

    if (a == 0)
        return INT32_MAX;
    for (int32_t i = 0; i < 7; i++)
        if ((rest >> (24 + i) & 1) != 0)
            result = multiply_high(result, factor[i]);
    return result;
}

/* 1 / (1 + a) for a in 0..1, Q0 to Q0: three steps of Newton's method. */
static int32_t reciprocal(int32_t a)
{
    int32_t half = (int32_t)floor_divide((int64_t)a + INT32_MAX + 1, 1);
    int32_t x = 1515870810 + multiply_high(half, -1010580540); /* 48/17 - 32/17 * half, Q2 */

    for (int32_t i = 0; i < 3; i++) {
        int32_t error = ((int32_t)1 << 29) - multiply_high(half, x);
        x += saturate((int64_t)multiply_high(x, error) * 4);
    }
    return saturate((int64_t)x * 2);
}

static void softmax_fixed(const struct softmax *s, const int8_t *in, int8_t *out)
{
    for (int32_t row = 0; row < s->rows; row++, in += s->length, out += s->length) {
        int32_t top = -128, sum = 0, headroom = 0, inverse;

        for (int32_t i = 0; i < s->length; i++)
            top = in[i] > top ? in[i] : top;
        for (int32_t i = 0; i < s->length; i++)
            if (in[i] - top >= s->smallest)
                sum += rounding_divide(
                    exp_negative(scale_fixed(in[i] - top, s->multiplier, s->shift)), 12);
        while ((((uint32_t)sum << headroom) & 0x80000000u) == 0)
            headroom++;
        inverse = reciprocal((int32_t)(((uint32_t)sum << headroom) - 0x80000000u));
        for (int32_t i = 0; i < s->length; i++) {
            int32_t power, value = -128;
            if (in[i] - top >= s->smallest) {
                power = exp_negative(scale_fixed(in[i] - top, s->multiplier, s->shift));
                value += rounding_divide(multiply_high(inverse, power), 12 - headroom + 31 - 8);
            }
            out[i] = (int8_t)(value > 127 ? 127 : value);
        }
    }
}
