/* needs: prologue, types, dot */
/* Activations of 1 or 2 bytes: width says how many. */
HELPER int32_t element(const int8_t *in, int32_t width, int32_t i)
{
    return width == 1 ? in[i] : ((const arena_int16 *)(const void *)in)[i];
}

HELPER void put_element(int8_t *out, int32_t width, int32_t i, int32_t value)
{
    if (width == 1)
        out[i] = (int8_t)value;
    else
        ((arena_int16 *)(void *)out)[i] = (int16_t)value;
}

/* The sum of weights[i] * in[i]; 32 bits hold 256 products of 8 and 16 bits. */
HELPER int64_t dot_wide(const int8_t *weights, const int8_t *in, int32_t width, int32_t count)
{
    const arena_int16 *values = (const arena_int16 *)(const void *)in;
    int64_t sum = 0;

    if (width == 1)
        return dot(weights, in, count);
    for (int32_t i = 0; i < count;) {
        int32_t end = count - i > 256 ? i + 256 : count, part = 0;
        for (; i < end; i++)
            part += (int32_t)weights[i] * values[i];
        sum += part;
    }
    return sum;
}
