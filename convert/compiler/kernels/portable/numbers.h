/* needs: prologue, types */
/* Whole numbers of the types that tensors have. */
enum { NUMBER_INT8, NUMBER_UINT8, NUMBER_INT16, NUMBER_INT32, NUMBER_BOOL };

HELPER int32_t load_number(const int8_t *in, int32_t type, int32_t i)
{
    if (type == NUMBER_INT8)
        return in[i];
    if (type == NUMBER_INT16)
        return ((const arena_int16 *)(const void *)in)[i];
    if (type == NUMBER_INT32)
        return ((const arena_int32 *)(const void *)in)[i];
    return (uint8_t)in[i];
}

/* value modulo 2^bits, from -2^(bits - 1) on; bits is 8 or 16. */
HELPER int32_t low_bits(int32_t value, int32_t bits)
{
    int32_t low = (int32_t)((uint32_t)value & (((uint32_t)1 << bits) - 1));

    return low >> (bits - 1) != 0 ? low - ((int32_t)1 << bits) : low;
}

/* What does not fit loses its upper bits; every bool but 0 is 1. */
HELPER void store_number(int8_t *out, int32_t type, int32_t i, int32_t value)
{
    if (type == NUMBER_INT16)
        ((arena_int16 *)(void *)out)[i] = (int16_t)low_bits(value, 16);
    else if (type == NUMBER_INT32)
        ((arena_int32 *)(void *)out)[i] = value;
    else
        out[i] = (int8_t)(type == NUMBER_BOOL ? value != 0 : low_bits(value, 8));
}
