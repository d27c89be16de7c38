/* needs: copy */
/* Copy runs of bytes chosen by indices; those outside are brought to the ends. */
struct gather {
    int32_t batches;  /* each with indices of its own */
    int32_t outer;    /* times that the indices of a batch are used */
    int32_t size;     /* runs to choose from */
    int32_t count;    /* runs chosen */
    int32_t run;      /* bytes */
};

static int32_t gather_index(const struct gather *g, int32_t index)
{
    return index < 0 ? 0 : index < g->size ? index : g->size - 1;
}

static void gather(const struct gather *g, const int8_t *in, const int8_t *indices, int8_t *out)
{
    const arena_int32 *index = (const arena_int32 *)(const void *)indices;

    for (int32_t batch = 0; batch < g->batches; batch++, index += g->count)
        for (int32_t row = 0; row < g->outer; row++, in += g->size * g->run)
            for (int32_t i = 0; i < g->count; i++, out += g->run)
                copy_bytes(in + gather_index(g, index[i]) * g->run, out, g->run);
}
