/* needs: numbers */
/* Real numbers in the arena. What is not finite is told by its bits, so that -ffast-math, which
 * takes it not to exist, changes nothing. */
HELPER uint32_t real_bits(const int8_t *in, int32_t i)
{
    return (uint32_t)((const arena_int32 *)(const void *)in)[i];
}

HELPER int is_nan(uint32_t bits)
{
    return (bits & 0x7fffffffu) > 0x7f800000u;
}

/* A real number; infinities become the numbers next to them, and what is none becomes 0. */
HELPER float load_real(const int8_t *in, int32_t i)
{
    uint32_t bits = real_bits(in, i);

    if ((bits & 0x7f800000u) != 0x7f800000u)
        return ((const arena_float *)(const void *)in)[i];
    if (is_nan(bits))
        return 0.0f;
    return bits >> 31 != 0 ? -3.4028234664e38f : 3.4028234664e38f;
}

/* The nearest integer, half to even or away from zero; at most 2^17 either way. */
HELPER int32_t nearest(float real, int to_even)
{
    float within = real < -131072.0f ? -131072.0f : real > 131072.0f ? 131072.0f : real;
    int32_t whole = (int32_t)within;
    volatile float rest = within - (float)whole; /* exact */
    int is_tie_out = !to_even || (whole & 1) != 0;

    if (rest > 0.5f || (rest == 0.5f && is_tie_out))
        return whole + 1;
    return rest < -0.5f || (rest == -0.5f && is_tie_out) ? whole - 1 : whole;
}
