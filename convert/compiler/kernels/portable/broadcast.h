/* needs: prologue */
/* Two operands whose elements meet along five dimensions, the innermost last. */
struct broadcast {
    int32_t size[5];     /* of the output */
    int32_t a[5], b[5];  /* elements from one to the next; 0: the same again */
};

/* A row, which is what the innermost dimension holds: its indices, and its first elements. */
struct broadcast_row {
    int32_t at[4];
    int32_t a, b;
};

/* The first row. No initializer: GCC makes a call of memset of it. */
HELPER struct broadcast_row broadcast_first(void)
{
    struct broadcast_row row;

    row.at[0] = row.at[1] = row.at[2] = row.at[3] = 0;
    row.a = row.b = 0;
    return row;
}

/* Goes on to the next row; 0 behind the last. */
HELPER int broadcast_next(const struct broadcast *s, struct broadcast_row *row)
{
    for (int32_t d = 3; d >= 0; d--) {
        row->a += s->a[d];
        row->b += s->b[d];
        if (++row->at[d] < s->size[d])
            return 1;
        row->a -= s->a[d] * s->size[d];
        row->b -= s->b[d] * s->size[d];
        row->at[d] = 0;
    }
    return 0;
}
