/* needs: real_numbers, limits */
/* Real numbers to int16 as LiteRT's vector kernel does it: eight at a time times 1 / scale, half to
 * even; what is left over divided by the scale in double precision, half away from zero. The latter
 * is done in integers, for cores whose double is short. Where the runtime leaves it undefined, at
 * 2^31 steps or more, the result is clamped. The output may lie over the input. */
struct quantize_eights {
    int32_t count, type;  /* the output's type is NUMBER_... */
    float factor;
    uint32_t scale;  /* the bits of the float */
    struct limits limits;
};

/* |real| / scale to the nearest, half up, at most 2^17; both as the bits of floats. */
HELPER int32_t quotient(uint32_t real, uint32_t scale)
{
    uint64_t numerator = (real & 0x7fffffu) | 0x800000u;
    uint64_t denominator = (scale & 0x7fffffu) | 0x800000u;
    int32_t shift = (int32_t)(real >> 23 & 0xffu) - (int32_t)(scale >> 23 & 0xffu);

    if (shift < -1) /* below a half */
        return 0;
    if (shift > 17)
        return (int32_t)1 << 17;
    numerator <<= shift + 1; /* twice the quotient's */
    return (int32_t)((numerator + denominator) / (2 * denominator));
}

static void quantize_eights(const struct quantize_eights *q, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < q->count; i++) {
        uint32_t bits = real_bits(in, i);
        /* volatile: one rounding, whatever the compiler may do to floats */
        volatile float steps = load_real(in, i) * q->factor;
        int32_t whole = nearest(steps, 1);

        if (i >= q->count - q->count % 8) {
            whole = quotient(bits, q->scale);
            whole = bits >> 31 != 0 ? -whole : whole;
        }
        store_number(out, q->type, i, is_nan(bits) ? q->limits.low : limited(&q->limits, whole));
    }
}
