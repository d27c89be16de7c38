/* needs: prologue, window */
/* A transposed convolution: what the window covers of the output is made of one pixel of the input. */
struct transposed {
    struct image in, out;
    struct window window;   /* slides over the output */
    const int8_t *weights;  /* [out.channels, window.height, window.width, in.channels] */
    const int32_t *bias;    /* [out.channels] */
    int32_t zero_point;     /* of the input */
};

/* Which pixel along a side meets the window's tap at a place of the output; -1: none. */
HELPER int32_t transposed_pixel(int32_t place, int32_t tap, int32_t stride, int32_t count)
{
    int32_t from = place - tap;

    return from < 0 || from % stride != 0 || from / stride >= count ? -1 : from / stride;
}

HELPER int32_t transposed_sum(const struct transposed *t, const int8_t *in, int32_t y, int32_t x,
                              int32_t channel)
{
    const struct window *w = &t->window;
    const int8_t *weight = t->weights + channel * w->height * w->width * t->in.channels;
    int32_t sum = t->bias[channel];

    for (int32_t ky = 0; ky < w->height; ky++) {
        int32_t row = transposed_pixel(y + w->top, ky, w->stride_y, t->in.height);
        for (int32_t kx = 0; kx < w->width; kx++, weight += t->in.channels) {
            int32_t column = transposed_pixel(x + w->left, kx, w->stride_x, t->in.width);
            const int8_t *pixel = in;
            if (row < 0 || column < 0)
                continue;
            pixel += (row * t->in.width + column) * t->in.channels;
            for (int32_t i = 0; i < t->in.channels; i++)
                sum += (pixel[i] - t->zero_point) * weight[i];
        }
    }
    return sum;
}
