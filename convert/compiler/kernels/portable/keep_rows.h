/* needs: prologue, types */
/* Move rows up to the top of their buffer, for the next band; by the word where they can. */
NO_LIBC static void keep_rows(const int8_t *in, int8_t *top, int32_t count)
{
    int32_t i = 0;

    if ((((uintptr_t)(const void *)in | (uintptr_t)(void *)top) & 3) == 0) {
        const arena_int32 *from = (const arena_int32 *)(const void *)in;
        arena_int32 *to = (arena_int32 *)(void *)top;

        for (; i + 4 <= count; i += 4)
            *to++ = *from++;
    }
    for (; i < count; i++)
        top[i] = in[i];
}
