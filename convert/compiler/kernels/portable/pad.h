/* needs: blank, copy */
/* Surround a tensor of five dimensions; in the innermost the unit is a byte. */
struct pad {
    int32_t size[5];    /* of the input along each dimension */
    int32_t before[5];  /* added in front of it */
    int32_t after[5];   /* and behind it */
    struct blank blank;
};

NO_LIBC static void pad(const struct pad *p, const int8_t *in, int8_t *out)
{
    int32_t at[4], d;

    for (d = 0; d < 4; d++)
        at[d] = 0;
    do {
        int outside = 0;

        for (d = 0; d < 4; d++)
            outside |= at[d] < p->before[d] || at[d] >= p->before[d] + p->size[d];
        out = fill_blank(&p->blank, out, p->before[4]);
        if (outside) {
            out = fill_blank(&p->blank, out, p->size[4]);
        } else {
            copy_bytes(in, out, p->size[4]);
            in += p->size[4];
            out += p->size[4];
        }
        out = fill_blank(&p->blank, out, p->after[4]);
        for (d = 3; d >= 0; d--) {
            if (++at[d] < p->before[d] + p->size[d] + p->after[d])
                break;
            at[d] = 0;
        }
    } while (d >= 0);
}
