/* needs: prologue, by_2_16, scale_exactly */
/* Requantization as XNNPACK does it: the sum as float32, times a float32 scale, to the nearest
 * integer, half to even. */
struct scaling {
    const uint32_t *scale;          /* [channels], the bits of a float32; normal, below 256 */
    int32_t zero_point, low, high;  /* of the output; the result is within low..high */
};

/* What a channel's outputs need. */
struct factor {
    const struct scaling *scaling;
    int16_t channel;
    int16_t zero_point, low, high;
    uint32_t whole; /* scale * 2^32, towards zero; 0: that has more than 24 bits, or next to none */
};

/* Of any channel, until one is chosen. */
HELPER struct factor factor_of_any(const struct scaling *s)
{
    struct factor f = {s, 0, (int16_t)s->zero_point, (int16_t)s->low, (int16_t)s->high, 0};

    return f;
}

HELPER struct factor factor_of(const struct scaling *s, int32_t channel)
{
    struct factor f = factor_of_any(s);
    uint32_t scale = s->scale[channel];
    uint8_t down = (uint8_t)(118 - (uint8_t)(scale >> 23)); /* scale = mantissa / 2^(32 + down) */

    f.channel = (int16_t)channel;
    if (down < 16)
        f.whole = ((scale & 0x7fffffu) | 0x800000u) >> down;
    return f;
}

HELPER int8_t within(const struct factor *f, int16_t result)
{
    if (result < -1024 || result > 1024)
        return (int8_t)(result < 0 ? f->low : f->high);
    result = (int16_t)(result + f->zero_point);
    return (int8_t)(result < f->low ? f->low : result > f->high ? f->high : result);
}

/* requantize with the factor of the channel. Where the sum has 23 bits and scale * 2^32 no more
 * than 24, their product is within 2^-9 of the real one, and float32's within another 2^-16 as far
 * as an int8 goes: that decides unless it lies within 2^-8 of a half. */
static int8_t requantize_by(const struct factor *f, int32_t sum)
{
    uint16_t above = (uint16_t)((uint32_t)sum >> 16);
    int32_t product = 0;

    if (f->whole != 0 && (uint16_t)(above + 0x40) < 0x80)
        product = by_2_16(sum, f->whole) + 0x8000; /* 65536 times, and a half */
    if ((uint8_t)((uint8_t)(product >> 8) + 1) <= 1)
        return within(f, scale_exactly(f->scaling->scale[f->channel], sum));
    return within(f, (int16_t)(product >> 16));
}

HELPER int8_t requantize(const struct scaling *s, int32_t channel, int32_t sum)
{
    struct factor f = factor_of(s, channel);

    return requantize_by(&f, sum);
}
