/* needs: prologue */
/* Copy runs of bytes, one behind the other, from places in the input that lists add up to. */
struct move_listed {
    int32_t size[5];        /* runs along each dimension of the output, the innermost last */
    const int32_t *offset;  /* [sum of size]: bytes that each index adds, a dimension behind the
                             * other */
    int32_t start;          /* of the first, bytes */
    int32_t run;            /* bytes of each */
};

NO_LIBC static void move_listed(const struct move_listed *m, const int8_t *in, int8_t *out)
{
    int32_t at[5]; /* an initializer could become a call of memset */
    int32_t d;

    at[0] = at[1] = at[2] = at[3] = at[4] = 0;
    do {
        const int32_t *list = m->offset;
        int32_t from = m->start;

        for (d = 0; d < 5; list += m->size[d], d++)
            from += list[at[d]];
        for (int32_t i = 0; i < m->run; i++)
            *out++ = in[from + i];
        for (d = 4; d >= 0; d--) {
            if (++at[d] < m->size[d])
                break;
            at[d] = 0;
        }
    } while (d >= 0);
}
