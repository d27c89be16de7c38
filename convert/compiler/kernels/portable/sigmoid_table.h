/* needs: words16 */
/* Sigmoid and hyperbolic tangent between the entries of a table of 256, which are those of the
 * sigmoid at multiples of 1/24 with 16 bits behind the point. */

/* The table at size / 2^bits, with bits more behind the point; size is not negative. */
HELPER int32_t between_entries(const uint16_t *entries, int32_t size, int32_t bits, int32_t beyond)
{
    int32_t place = size >> bits, part = size & (((int32_t)1 << bits) - 1);
    int32_t here;

    if (place >= 255)
        return beyond;
    here = entries[place];
    return here * ((int32_t)1 << bits) + part * ((int32_t)entries[place + 1] - here);
}

/* The sigmoid of so many steps, 512 to an entry, with 15 bits behind the point. */
HELPER int32_t logistic_steps(const uint16_t *entries, int32_t steps)
{
    int32_t found = between_entries(entries, steps < 0 ? -steps : steps, 9, (int32_t)32767 << 10);

    return (steps >= 0 ? found + 512 : ((int32_t)1 << 25) - found + 511) >> 10;
}

/* 1 / (1 + exp(-a / 4096)), with 15 bits behind the point. */
HELPER int32_t logistic_table(const uint16_t *entries, int32_t a)
{
    return logistic_steps(entries, 3 * a);
}

/* The hyperbolic tangent of so many steps, 256 to an entry, with 15 bits behind the point. */
HELPER int32_t tanh_steps(const uint16_t *entries, int32_t steps)
{
    int32_t found = between_entries(entries, steps < 0 ? -steps : steps, 8, (int32_t)65535 << 8);

    found -= (int32_t)1 << 23;
    return steps >= 0 ? floor_shift(found + 128, 8) : floor_shift(127 - found, 8);
}

/* The hyperbolic tangent of a * 2^exponent, with 15 bits behind the point; -15 <= exponent <= -9. */
HELPER int32_t tanh_table(const uint16_t *entries, int32_t a, int32_t exponent)
{
    int32_t shift = 12 + exponent, scaled = 3 * a;

    if (shift >= 0)
        scaled *= (int32_t)1 << shift;
    else
        scaled = floor_shift(scaled + ((int32_t)1 << (-shift - 1)), -shift);
    return tanh_steps(entries, scaled);
}
