/* needs: prologue, types */
/* Move bytes within the arena to where they may overlap themselves; by the word where they can. */
struct move_bytes {
    int32_t count;
};

NO_LIBC static void move_bytes(const struct move_bytes *m, const int8_t *in, int8_t *out)
{
    int32_t words = ((uintptr_t)(const void *)in | (uintptr_t)(void *)out) & 3 ? 0 : m->count / 4;
    const arena_int32 *from = (const arena_int32 *)(const void *)in;
    arena_int32 *to = (arena_int32 *)(void *)out;

    if (out < in) {
        for (int32_t i = 0; i < words; i++)
            to[i] = from[i];
        for (int32_t i = 4 * words; i < m->count; i++)
            out[i] = in[i];
        return;
    }
    for (int32_t i = m->count; i-- > 4 * words;)
        out[i] = in[i];
    for (int32_t i = words; i-- > 0;)
        to[i] = from[i];
}
