/* needs: prologue, types */
/* Copy bytes that do not overlap; by the word where both lie on one. */
NO_LIBC HELPER void copy_bytes(const int8_t *in, int8_t *out, int32_t count)
{
    int32_t i = 0;

    if ((((uintptr_t)(const void *)in | (uintptr_t)(void *)out) & 3) == 0) {
        const arena_int32 *from = (const arena_int32 *)(const void *)in;
        arena_int32 *to = (arena_int32 *)(void *)out;

        for (; i + 4 <= count; i += 4)
            *to++ = *from++;
    }
    for (; i < count; i++)
        out[i] = in[i];
}
