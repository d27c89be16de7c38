/* needs: prologue, window */
/* Rows of an image with one channel, copied and padded, for convolutions with stride 1. */
struct strip {
    struct image in;
    int32_t rows, width;  /* of the strip */
    int32_t left;         /* padding, pixels */
    int32_t zero_point;   /* what padding holds */
};

/* Fill the strip with the rows of the input from `row` on. */
NO_LIBC static void fill_strip(const struct strip *s, const int8_t *in, int32_t row, int8_t *to)
{
    for (int32_t r = 0; r < s->rows; r++, row++) {
        int inside = row >= 0 && row < s->in.height;
        const int8_t *pixel = inside ? in + row * s->in.width : in;
        int32_t x = 0;

        for (; x < s->left; x++)
            *to++ = (int8_t)s->zero_point;
        for (; inside && x < s->left + s->in.width && x < s->width; x++)
            *to++ = *pixel++;
        for (; x < s->width; x++)
            *to++ = (int8_t)s->zero_point;
    }
}
