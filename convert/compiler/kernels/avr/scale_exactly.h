/* needs: prologue */
/* value / 2^bits to the nearest, half to even. */
static uint32_t round_even(uint32_t value, uint8_t bits)
{
    uint8_t half = 0, rest = 0;

    for (; bits > 0; bits--) {
        rest = (uint8_t)(rest | half);
        half = (uint8_t)(value & 1);
        value >>= 1;
    }
    return value + (half & (rest | (value & 1)));
}

/* sum * scale, each rounded as a float32, to the nearest integer or something beyond any int8. It is
 * seldom called: in steps of a bit, for numbers of 64 bits are long code on an AVR. */
static int16_t scale_exactly(uint32_t scale, int32_t sum)
{
    uint32_t a = sum < 0 ? 0 - (uint32_t)sum : (uint32_t)sum, product = 0;
    uint32_t mantissa = (scale & 0x7fffffu) | 0x800000u;
    int16_t bits = (int16_t)((int16_t)(scale >> 23) - 129); /* scale = mantissa * 2^(bits - 21) */
    uint8_t excess = 0, lost = 0;
    int16_t result;

    if (sum == 0)
        return 0;
    for (; a < 0x800000u; a <<= 1)
        bits--;
    for (uint8_t above = (uint8_t)(a >> 24); above != 0; above >>= 1)
        excess++;
    bits = (int16_t)(bits + excess);
    a = round_even(a, excess) << 2; /* 24 bits, and two for rounding */
    for (uint8_t i = 0; i < 24; i++) { /* a * mantissa / 2^23 */
        lost = (uint8_t)(lost | (product & 1));
        product >>= 1;
        if ((mantissa & 1) != 0)
            product += a;
        mantissa >>= 1;
    }
    excess = product >> 26 != 0 ? 3 : 2;
    product = round_even(product | lost, excess);
    bits = (int16_t)(bits + excess);
    if (bits < 0)
        product = round_even(product, (uint8_t)-bits);
    result = bits >= 0 || product > 1024 ? 1024 : (int16_t)product;
    return (int16_t)(sum < 0 ? -result : result);
}
