/* needs: words16 */
/* Sigmoid and hyperbolic tangent in words of 16 bits as gemmlowp has them: Q<n> is a number with n
 * bits before and 15 - n behind the point. */

/* exp(a) for a in -1/4..0, Q0 to Q0: a polynomial about -1/8. */
HELPER int32_t exp_quarter16(int32_t a)
{
    int32_t x = a + ((int32_t)1 << 12);
    int32_t x2 = multiply_high16(x, x);
    int32_t x3 = multiply_high16(x2, x);
    int32_t x4 = multiply_high16(x2, x2);
    int32_t high = multiply_high16(wrap16(rounding_shift(x4, 2) + x3), 10923) + x2;

    return saturate16(28918 + multiply_high16(28918, wrap16(x + rounding_shift(wrap16(high), 1))));
}

/* exp(a) for a <= 0, Q<bits> to Q0. */
HELPER int32_t exp_negative16(int32_t a, int32_t bits)
{
    static const int16_t power[7] = {25520, 19875, 12055, 4435, 600, 11, 0}; /* exp(-2^(i - 2)) */
    int32_t fraction = 15 - bits;
    int32_t quarter = (int32_t)1 << (fraction - 2);
    int32_t part = (int32_t)((uint32_t)a & (uint32_t)(quarter - 1)) - quarter;
    int32_t result = exp_quarter16(saturate16((int64_t)part * ((int32_t)1 << bits)));

    for (int32_t i = -2; i < bits && i < 5; i++)
        if ((((part - a) >> (fraction + i)) & 1) != 0)
            result = multiply_high16(result, power[i + 2]);
    if (bits > 5 && a < -((int32_t)32 << fraction))
        return 0;
    return a == 0 ? INT16_MAX : result;
}

/* 1 / (1 + a) for a in 0..1, Q0 to Q1, by three steps of Newton's method. */
HELPER int32_t reciprocal16(int32_t a)
{
    int32_t half = (a + 32768) >> 1;
    int32_t x = wrap16(23130 + multiply_high16(half, -15420));

    for (int32_t i = 0; i < 3; i++) {
        int32_t step = multiply_high16(x, wrap16(((int32_t)1 << 13) - multiply_high16(half, x)));
        x = wrap16(x + saturate16(step * 4));
    }
    return x;
}

/* 1 / (1 + exp(-a)), Q3 to Q0. */
HELPER int32_t logistic16(int32_t a)
{
    int32_t positive = saturate16(2 * reciprocal16(exp_negative16(a < 0 ? a : -a, 3)));

    return a > 0 ? positive : a < 0 ? INT16_MAX - positive : (int32_t)1 << 14;
}

/* The hyperbolic tangent, Q<bits> to Q0. */
HELPER int32_t tanh16(int32_t a, int32_t bits)
{
    int32_t power = exp_negative16(a < 0 ? a : -a, bits + 1);
    int32_t positive = saturate16((reciprocal16(power) - ((int32_t)1 << 13)) * 4);

    return a > 0 ? positive : a < 0 ? -positive : 0;
}
