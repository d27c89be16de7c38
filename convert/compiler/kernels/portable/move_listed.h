/* needs: copy; flash: list */
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
    int32_t at[4], d;

    for (d = 0; d < 4; d++)
        at[d] = 0;
    do {
        const int32_t *list = m->offset;
        int32_t from = m->start;

        for (d = 0; d < 4; list += m->size[d], d++)
            from += list[at[d]];
        for (int32_t i = 0; i < m->size[4]; i++, out += m->run)
            copy_bytes(in + (from + list[i]), out, m->run);
        for (d = 3; d >= 0; d--) {
            if (++at[d] < m->size[d])
                break;
            at[d] = 0;
        }
    } while (d >= 0);
}
