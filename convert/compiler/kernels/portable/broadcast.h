/* needs: nothing */
/* Two operands whose elements meet along four dimensions, the innermost last. */
struct broadcast {
    int32_t size[4];     /* of the output */
    int32_t a[4], b[4];  /* elements from one to the next; 0: the same again */
};

/* Rows, which are what the innermost dimension holds. */
static int32_t broadcast_rows(const struct broadcast *s)
{
    return s->size[0] * s->size[1] * s->size[2];
}

/* Where the first elements of a row lie. */
static void broadcast_row(const struct broadcast *s, int32_t row, int32_t *a, int32_t *b)
{
    *a = *b = 0;
    for (int32_t d = 2; d >= 0; d--) {
        int32_t at = row % s->size[d];

        row /= s->size[d];
        *a += at * s->a[d];
        *b += at * s->b[d];
    }
}
