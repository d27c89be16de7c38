/* needs: fixed_point */
/* Requantization of sums that may have more than 32 bits, and with the roundings of LiteRT's
 * kernels that are not XNNPACK's. */
struct wide_scaling {
    const int32_t *multiplier;      /* [channels] */
    const int8_t *shift;            /* [channels] */
    int32_t once;                   /* 1: multipliers have 16 bits, and products are rounded once */
    int32_t up;                     /* otherwise: the channels before this one round halves up */
    int32_t zero_point, low, high;  /* of the output; the result is within low..high */
};

/* sum * multiplier * 2^(shift - 15), half up; below 2^47 in size, shift below 8. */
static int32_t scale_once(int64_t sum, int32_t multiplier, int32_t shift)
{
    int64_t half = (int64_t)1 << (14 - shift);

    return (int32_t)(uint32_t)floor_divide(sum * multiplier + half, 15 - shift);
}

/* As scale_fixed, but with the second rounding half up. */
static int32_t scale_up(int32_t sum, int32_t multiplier, int32_t shift)
{
    int32_t left = shift > 0 ? shift : 0;
    int32_t right = shift < 0 ? -shift : 0;
    int64_t high = multiply_high((int32_t)((uint32_t)sum << left), multiplier);

    return (int32_t)floor_divide(high + (((int64_t)1 << right) >> 1), right);
}

static int32_t requantize_wide(const struct wide_scaling *s, int32_t channel, int64_t sum)
{
    int32_t multiplier = s->multiplier[channel], shift = s->shift[channel];
    int64_t result;

    if (s->once)
        result = scale_once(sum, multiplier, shift);
    else if (channel < s->up)
        result = scale_up((int32_t)sum, multiplier, shift);
    else
        result = scale_fixed((int32_t)sum, multiplier, shift);
    result += s->zero_point;
    return (int32_t)(result < s->low ? s->low : result > s->high ? s->high : result);
}
