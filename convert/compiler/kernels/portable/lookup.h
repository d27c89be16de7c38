/* needs: nothing */
/* Each byte by a table. In place is fine. */
struct lookup {
    const int8_t *table;  /* [256], by the input's bits */
    int32_t count;
};

static void lookup(const struct lookup *l, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < l->count; i++)
        out[i] = l->table[(uint8_t)in[i]];
}
