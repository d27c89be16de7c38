/* needs: copy */
/* Copy runs of bytes from where they lie in the input, one behind the other. */
struct move {
    int32_t size[5];    /* runs along each dimension of the output, the innermost last */
    int32_t stride[5];  /* bytes from one to the next in the input; 0: the same again */
    int32_t start;      /* of the first, bytes */
    int32_t run;        /* bytes of each */
};

/* The runs of the innermost dimension. */
NO_LIBC static int8_t *move_line(const struct move *m, const int8_t *in, int8_t *out)
{
    int32_t count = m->size[4], stride = m->stride[4], run = m->run;

    if (run == 1) {
        for (int32_t i = 0; i < count; i++)
            out[i] = in[i * stride];
        return out + count;
    }
    for (int32_t i = 0; i < count; i++, out += run)
        copy_bytes(in + i * stride, out, run);
    return out;
}

NO_LIBC static void move(const struct move *m, const int8_t *in, int8_t *out)
{
    int32_t at[4], from = m->start, d;

    for (d = 0; d < 4; d++)
        at[d] = 0;
    do {
        out = move_line(m, in + from, out);
        for (d = 3; d >= 0; d--) {
            from += m->stride[d];
            if (++at[d] < m->size[d])
                break;
            from -= m->stride[d] * m->size[d];
            at[d] = 0;
        }
    } while (d >= 0);
}
