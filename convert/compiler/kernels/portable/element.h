/* needs: prologue, types */
/* Elements of several types: 1, 2 or 4 bytes, or -1 for a byte without sign. */
HELPER int32_t get_element(const int8_t *from, int32_t kind, int32_t i)
{
    if (kind == 2)
        return ((const arena_int16 *)(const void *)from)[i];
    if (kind == 4)
        return ((const arena_int32 *)(const void *)from)[i];
    return kind < 0 ? (int32_t)(uint8_t)from[i] : (int32_t)from[i];
}

HELPER void put_element(int8_t *to, int32_t kind, int32_t i, int32_t value)
{
    if (kind == 2)
        ((arena_int16 *)(void *)to)[i] = (int16_t)value;
    else if (kind == 4)
        ((arena_int32 *)(void *)to)[i] = value;
    else
        to[i] = (int8_t)(uint8_t)((uint32_t)value & 0xffu);
}
