/* needs: window */
/* Surround an image with its zero point. */
struct pad {
    struct image in, out;
    int32_t top, left, front;  /* added before the image: rows, columns, channels */
    int32_t zero_point;
};

static void pad(const struct pad *p, const int8_t *in, int8_t *out)
{
    for (int32_t y = -p->top; y < p->out.height - p->top; y++)
        for (int32_t x = -p->left; x < p->out.width - p->left; x++)
            for (int32_t c = -p->front; c < p->out.channels - p->front; c++) {
                int outside = y < 0 || y >= p->in.height || x < 0 || x >= p->in.width || c < 0 ||
                              c >= p->in.channels;
                int32_t at = (y * p->in.width + x) * p->in.channels + c;
                *out++ = outside ? (int8_t)p->zero_point : in[at];
            }
}
