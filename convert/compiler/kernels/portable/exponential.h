/* needs: fixed_point, prologue */
/* Functions of fixed-point numbers as gemmlowp has them: Q<n> is a number with n bits before and
 * 31 - n behind the point. */

/* The nearest that an int32_t holds. */
HELPER int32_t saturate(int64_t value)
{
    return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int32_t)value;
}

/* exp(a) for a in -1/4..0, Q0 to Q0: a polynomial about -1/8. */
HELPER int32_t exp_quarter(int32_t a)
{
    int32_t x = a + ((int32_t)1 << 28);
    int32_t x2 = multiply_high(x, x);
    int32_t x3 = multiply_high(x2, x);
    int32_t x4 = multiply_high(x2, x2);
    int32_t high = multiply_high(rounding_divide(x4, 2) + x3, 715827883) + x2;

    return saturate((int64_t)1895147668 + multiply_high(1895147668, x + rounding_divide(high, 1)));
}

/* exp(a) for a <= 0, Q5 to Q0. */
HELPER int32_t exp_negative(int32_t a)
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
HELPER int32_t reciprocal(int32_t a)
{
    int32_t half = (int32_t)floor_divide((int64_t)a + INT32_MAX + 1, 1);
    int32_t x = 1515870810 + multiply_high(half, -1010580540); /* 48/17 - 32/17 * half, Q2 */

    for (int32_t i = 0; i < 3; i++) {
        int32_t error = ((int32_t)1 << 29) - multiply_high(half, x);
        x += saturate((int64_t)multiply_high(x, error) * 4);
    }
    return saturate((int64_t)x * 2);
}

/* How the numbers of a row become exponents. */
struct exponents {
    int32_t multiplier, shift;  /* input steps to Q5 */
    int32_t smallest;           /* differences from the largest below this count as nothing */
};

HELPER int32_t largest(const int8_t *row, int32_t length)
{
    int32_t top = -128;

    for (int32_t i = 0; i < length; i++)
        top = row[i] > top ? row[i] : top;
    return top;
}

/* The sum of the exponentials of a row, less its largest number, top; Q12. */
HELPER int32_t exp_sum(const struct exponents *e, const int8_t *row, int32_t length, int32_t top)
{
    int32_t sum = 0;

    for (int32_t i = 0; i < length; i++)
        if (row[i] - top >= e->smallest)
            sum += rounding_divide(
                exp_negative(scale_fixed(row[i] - top, e->multiplier, e->shift)), 12);
    return sum;
}
