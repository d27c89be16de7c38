/* needs: prologue */
/* Copy runs of bytes from where they lie in the input, one behind the other. */
struct move {
    int32_t size[5];    /* runs along each dimension of the output, the innermost last */
    int32_t stride[5];  /* bytes from one to the next in the input; 0: the same again */
    int32_t start;      /* of the first, bytes */
    int32_t run;        /* bytes of each */
};

NO_LIBC static void move(const struct move *m, const int8_t *in, int8_t *out)
{
    int32_t at[5]; /* an initializer could become a call of memset */
    int32_t from = m->start, d;

    at[0] = at[1] = at[2] = at[3] = at[4] = 0;
    do {
        for (int32_t i = 0; i < m->run; i++)
            *out++ = in[from + i];
        for (d = 4; d >= 0; d--) {
            from += m->stride[d];
            if (++at[d] < m->size[d])
                break;
            from -= m->stride[d] * m->size[d];
            at[d] = 0;
        }
    } while (d >= 0);
}
