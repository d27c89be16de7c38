/* needs: prologue */
/* Surround a tensor of up to five dimensions with a value. */
struct pad {
    int32_t size[5];              /* of the input, the innermost last */
    int32_t before[5], after[5];  /* added to each */
    int32_t width;                /* bytes of an element */
    int32_t value;                /* of each byte of the padding */
};

NO_LIBC static int8_t *pad_fill(int8_t *out, int32_t value, int32_t bytes)
{
    for (int32_t i = 0; i < bytes; i++)
        *out++ = (int8_t)value;
    return out;
}

NO_LIBC static void pad(const struct pad *p, const int8_t *in, int8_t *out)
{
    int32_t at[5], d, run = p->size[4] * p->width;

    for (d = 0; d < 4; d++)
        at[d] = -p->before[d];
    do {
        int outside = 0;

        for (d = 0; d < 4; d++)
            outside |= at[d] < 0 || at[d] >= p->size[d];
        out = pad_fill(out, p->value, p->before[4] * p->width);
        if (outside)
            out = pad_fill(out, p->value, run);
        else
            for (int32_t i = 0; i < run; i++)
                *out++ = *in++;
        out = pad_fill(out, p->value, p->after[4] * p->width);
        for (d = 3; d >= 0; d--) {
            if (++at[d] < p->size[d] + p->after[d])
                break;
            at[d] = -p->before[d];
        }
    } while (d >= 0);
}
