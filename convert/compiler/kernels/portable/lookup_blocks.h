/* needs: nothing */
/* Each byte by a table, and by another one behind the last whole block. In place is fine. */
struct lookup_blocks {
    const int8_t *table;  /* [256], by the input's bits */
    const int8_t *tail;   /* [256] */
    int32_t whole;        /* elements in whole blocks */
    int32_t count;
};

static void lookup_blocks(const struct lookup_blocks *l, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < l->count; i++)
        out[i] = (i < l->whole ? l->table : l->tail)[(uint8_t)in[i]];
}
