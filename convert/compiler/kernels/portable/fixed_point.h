/* needs: nothing */
/* Fixed point as TensorFlow Lite has it: a real factor is multiplier * 2^(shift - 31), and its
 * product is rounded twice. */

/* value / 2^bits, towards minus infinity. */
static int64_t floor_divide(int64_t value, int32_t bits)
{
    return value >= 0 ? value >> bits : ~(~value >> bits);
}

/* value / 2^bits to the nearest, half away from zero; bits is 0 to 31. */
static int32_t rounding_divide(int32_t value, int32_t bits)
{
    int64_t mask = ((int64_t)1 << bits) - 1;
    int64_t quotient = floor_divide(value, bits);
    int64_t rest = value - quotient * (mask + 1);

    return (int32_t)(quotient + (rest > (mask >> 1) + (value < 0)));
}

/* a * b / 2^31 to the nearest, half up. */
static int32_t multiply_high(int32_t a, int32_t b)
{
    return (int32_t)floor_divide((int64_t)a * b + ((int64_t)1 << 30), 31);
}

/* value * multiplier * 2^(shift - 31). The left shift wraps, as it does in the runtime. */
static int32_t scale_fixed(int32_t value, int32_t multiplier, int32_t shift)
{
    int32_t left = shift > 0 ? shift : 0;
    int32_t right = shift < 0 ? -shift : 0;

    return rounding_divide(multiply_high((int32_t)((uint32_t)value << left), multiplier), right);
}
