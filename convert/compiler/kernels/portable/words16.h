/* needs: prologue */
/* Arithmetic in words of 16 bits, each in an int32_t. */

/* The nearest that 16 bits hold. */
HELPER int32_t saturate16(int64_t value)
{
    return value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : (int32_t)value;
}

/* What 16 bits hold of it. */
HELPER int32_t wrap16(int32_t value)
{
    return (int16_t)(uint16_t)value;
}

/* value / 2^bits, towards minus infinity. */
HELPER int32_t floor_shift(int32_t value, int32_t bits)
{
    return value >= 0 ? value >> bits : ~(~value >> bits);
}

/* a * b / 2^15 to the nearest, half up. */
HELPER int32_t multiply_high16(int32_t a, int32_t b)
{
    return floor_shift(a * b + ((int32_t)1 << 14), 15);
}

/* value / 2^bits to the nearest, half away from zero; bits is 1 to 15. */
HELPER int32_t rounding_shift(int32_t value, int32_t bits)
{
    int32_t half = (int32_t)1 << (bits - 1);

    return value >= 0 ? (value + half) >> bits : -((half - value) >> bits);
}
