/* needs: fixed_point, limits, prologue */
/* Each row divided by its length, in fixed point. In place is fine. */
struct l2_normalization {
    int32_t rows, length, zero_point;
};

HELPER int32_t square_sum(const struct l2_normalization *p, const int8_t *row)
{
    int32_t sum = 0;

    for (int32_t i = 0; i < p->length; i++)
        sum += (row[i] - p->zero_point) * (row[i] - p->zero_point);
    return sum;
}

/* The nearest that an int32_t holds. */
HELPER int32_t bounded(int64_t value)
{
    return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int32_t)value;
}

/* 1 / sqrt(value) as a multiplier with its shift, by five steps of Newton's method. */
HELPER int32_t inverse_root(int32_t value, int32_t *shift)
{
    int32_t halves = 11, x = (int32_t)1 << 28, half;

    *shift = 0;
    if (value <= 1)
        return INT32_MAX;
    for (; value >= (int32_t)1 << 29; value /= 4)
        halves++;
    for (; value < (int32_t)1 << 27; value *= 4)
        halves--;
    half = rounding_divide(value >> 1, 1);
    for (int32_t i = 0; i < 5; i++) {
        int32_t cube = bounded((int64_t)multiply_high(multiply_high(x, x), x) * 64);
        x = bounded(((int64_t)multiply_high(402653184, x) - multiply_high(half, cube)) * 8);
    }
    x = multiply_high(x, 1518500250);
    if (halves < 0)
        return (int32_t)((uint32_t)x << -halves);
    *shift = -halves;
    return x;
}

static void l2_normalization(const struct l2_normalization *p, const int8_t *in, int8_t *out)
{
    static const struct limits limits = {0, -128, 127};

    for (int32_t row = 0; row < p->rows; row++, in += p->length, out += p->length) {
        int32_t shift, multiplier = inverse_root(square_sum(p, in), &shift);

        for (int32_t i = 0; i < p->length; i++) {
            int32_t value = scale_fixed(in[i] - p->zero_point, multiplier, shift + 7);
            out[i] = (int8_t)limited(&limits, value);
        }
    }
}
