/* needs: prologue */
/* value / 2^bits to the nearest, half to even; bits is 0 to 63. */
static uint64_t round_even(uint64_t value, uint8_t bits)
{
    uint64_t half, rest;

    if (bits == 0)
        return value;
    half = (uint64_t)1 << (bits - 1);
    rest = value & (2 * half - 1);
    value >>= bits;
    return value + (rest > half || (rest == half && (value & 1) != 0));
}

/* The float32 nearest to a number below 2^56: its mantissa; bits it is short of are added. */
static uint64_t as_float(uint64_t value, int16_t *bits)
{
    uint8_t excess = 0;

    for (uint32_t above = (uint32_t)(value >> 24); above != 0; above >>= 1)
        excess++;
    *bits = (int16_t)(*bits + excess);
    return round_even(value, excess);
}

/* sum * scale, each rounded as a float32, to the nearest integer or something beyond any int8. A
 * function of its own, which is seldom called and needs every register. */
APART static int16_t scale_exactly(uint32_t scale, int32_t sum)
{
    uint64_t value = sum < 0 ? 0 - (uint64_t)sum : (uint64_t)sum;
    int16_t bits = (int16_t)((int16_t)(scale >> 23) - 150); /* scale = mantissa * 2^bits */
    int16_t result;

    value = as_float(value, &bits);
    value = as_float(value * ((scale & 0x7fffffu) | 0x800000u), &bits);
    if (bits < -25) /* 2^24 / 2^26 is below a half */
        value = 0;
    else
        value = bits < 0 ? round_even(value, (uint8_t)-bits) : value; /* or far beyond */
    result = value > 1024 ? 1024 : (int16_t)value;
    return (int16_t)(sum < 0 ? -result : result);
}
