/* needs: numbers; struct: cast */
/* Whole numbers as another type: what does not fit loses its upper bits. */
struct cast {
    int32_t count, from, to;  /* types, NUMBER_... */
};

static void cast_integer(const struct cast *c, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < c->count; i++)
        store_number(out, c->to, i, load_number(in, c->from, i));
}
