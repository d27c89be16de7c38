/* needs: real_numbers */
/* Real numbers as whole ones: the fraction is cut off, and what does not fit is clamped. */
struct cast_real {
    int32_t count, type;  /* the output's type is NUMBER_... */
    int32_t low, high;    /* that it holds */
    int32_t nan;          /* what becomes of no number */
};

HELPER int32_t truncated(const struct cast_real *c, float real)
{
    if (real < -2147483648.0f)
        return c->low;
    if (real >= 2147483648.0f)
        return c->high;
    return (int32_t)real < c->low ? c->low : (int32_t)real > c->high ? c->high : (int32_t)real;
}

static void cast_real(const struct cast_real *c, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < c->count; i++) {
        uint32_t bits = real_bits(in, i);
        int32_t value = is_nan(bits) ? c->nan : truncated(c, load_real(in, i));

        if (c->type == NUMBER_BOOL)
            value = (bits & 0x7fffffffu) != 0;
        store_number(out, c->type, i, value);
    }
}
