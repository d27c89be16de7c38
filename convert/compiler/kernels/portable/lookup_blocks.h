/* needs: nothing */
/* Each byte by a table, another one for what is behind whole blocks. In place is fine. */
struct lookup_blocks {
    const int8_t *blocks, *rest;  /* [256], by the input's bits */
    int32_t split, count;         /* the first element behind the blocks; all */
};

static void lookup_blocks(const struct lookup_blocks *l, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < l->count; i++)
        out[i] = (i < l->split ? l->blocks : l->rest)[(uint8_t)in[i]];
}
