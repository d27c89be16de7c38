/* needs: exponential, limits */
/* The logarithm of softmax over rows in fixed point, as TensorFlow Lite's reference has it.
 * In place is fine. */
struct log_softmax_fixed {
    int32_t rows, length;
    struct exponents exponents;
    int32_t multiplier, shift;  /* Q5 to input steps */
};

/* Of value, which is positive. */
HELPER int32_t leading_zeros(int32_t value)
{
    int32_t zeros = 0;

    for (; zeros < 32 && ((uint32_t)value << zeros & 0x80000000u) == 0; zeros++)
        ;
    return zeros;
}

/* log(value) for value >= 1, Q12 to Q5: the power of 2 and 4 that is nearest, and a quotient of
 * polynomials for the rest. */
HELPER int32_t log_fixed(int32_t value)
{
    const int32_t quarter = (int32_t)1 << 23, root = 1518500250, center = 1805811301;
    int32_t zeros = leading_zeros(value), smaller = multiply_high(value, root);
    int32_t zeros_b = leading_zeros(smaller) - 1;
    int32_t r = saturate(
        2 * (int64_t)multiply_high(saturate((int64_t)value * ((int64_t)1 << (zeros - 1))), root));
    int32_t z = (12 - zeros) * ((int32_t)1 << 25) + quarter;
    int32_t r_b = saturate((int64_t)value * ((int64_t)1 << zeros_b));
    int32_t z_b = (12 - zeros_b) * ((int32_t)1 << 25) - quarter;
    int32_t p, q, square, numerator, denominator;

    r = r < r_b ? r : r_b;
    z = z > z_b ? z : z_b;
    p = (int32_t)floor_divide((int64_t)r + center + 1, 1);
    q = saturate(((int64_t)r - center) * 2);
    square = multiply_high(q, q);
    numerator = multiply_high(q, r) + multiply_high(multiply_high(q, square), 117049297);
    denominator = multiply_high(p, 1057819769 + q + multiply_high(127690142, square)) +
                  multiply_high(638450708, q);
    return saturate(2 * ((int64_t)multiply_high(z, 1488522236) +
                         multiply_high(rounding_divide(numerator, 6), reciprocal(denominator))));
}

/* Where the row's result is -128, differences from the largest number being this or less. */
HELPER int32_t log_softmax_cut(const struct log_softmax_fixed *s, int32_t logarithm)
{
    int32_t cut = scale_fixed(logarithm + INT32_MIN, s->multiplier, s->shift);

    return cut > s->exponents.smallest - 1 ? cut : s->exponents.smallest - 1;
}

static void log_softmax_fixed(const struct log_softmax_fixed *s, const int8_t *in, int8_t *out)
{
    static const struct limits limits = {127, -128, 127};
    const struct exponents *e = &s->exponents;

    for (int32_t row = 0; row < s->rows; row++, in += s->length, out += s->length) {
        int32_t top = largest(in, s->length);
        int32_t logarithm = log_fixed(exp_sum(e, in, s->length, top));
        int32_t cut = log_softmax_cut(s, logarithm);

        for (int32_t i = 0; i < s->length; i++) {
            int32_t value = -255;
            if (in[i] - top > cut)
                value = rounding_divide(
                    scale_fixed(in[i] - top, e->multiplier, e->shift) - logarithm, 22);
            out[i] = (int8_t)limited(&limits, value);
        }
    }
}
