/* needs: prologue, window, dot, requantize */
/* A convolution, max-pooling of its sums, requantization: in one pass, nothing stored between.
 * The largest sum gives the largest output, because every scale is positive, so pooling comes
 * first and only what is left is requantized. */
struct conv2d {
    struct image in, map, out;   /* map: the convolution's own output, before pooling */
    struct window window, pool;  /* pool: 1x1 when there is none */
    int32_t groups;              /* of channels; outputs see the inputs of their group alone */
    const int8_t *weights;       /* [out.channels, window.height, window.width, in.channels / groups] */
    const int32_t *bias;         /* [out.channels], with the input's zero point folded in */
    int32_t zero_point;          /* of the input: what padding holds */
    struct scaling scaling;
};

/* Copy what the window covers at (y, x) of the map into patch; `in` is the group's first input. */
NO_LIBC static void gather_patch(const struct conv2d *c, const int8_t *in, int32_t y, int32_t x,
                                 int8_t *patch)
{
    const struct window *w = &c->window;
    int32_t channels = c->in.channels / c->groups;

    for (int32_t ky = 0; ky < w->height; ky++) {
        int32_t row = y * w->stride_y - w->top + ky * w->dilation_y;
        for (int32_t kx = 0; kx < w->width; kx++) {
            int32_t column = x * w->stride_x - w->left + kx * w->dilation_x;
            int outside = row < 0 || row >= c->in.height || column < 0 || column >= c->in.width;
            const int8_t *pixel = outside ? in : in + (row * c->in.width + column) * c->in.channels;
            for (int32_t i = 0; i < channels; i++)
                *patch++ = outside ? (int8_t)c->zero_point : pixel[i];
        }
    }
}

/* Raise sums[channel] to the sum at (y, x) of the map, for each channel. */
static void raise_sums(const struct conv2d *c, const int8_t *in, int32_t y, int32_t x,
                       int8_t *patch, int32_t *sums)
{
    int32_t inputs = c->in.channels / c->groups, filters = c->out.channels / c->groups;
    int32_t taps = c->window.height * c->window.width * inputs;

    for (int32_t channel = 0; channel < c->out.channels; channel++) {
        int32_t sum = c->bias[channel];
        if (channel % filters == 0)
            gather_patch(c, in + channel / filters * inputs, y, x, patch);
        sum += dot(c->weights + channel * taps, patch, taps);
        if (sum > sums[channel])
            sums[channel] = sum;
    }
}

static void conv2d(const struct conv2d *c, const int8_t *in, int8_t *out, int8_t *patch,
                   int32_t *sums)
{
    const struct window *p = &c->pool;

    for (int32_t y = 0; y < c->out.height; y++) {
        for (int32_t x = 0; x < c->out.width; x++) {
            for (int32_t channel = 0; channel < c->out.channels; channel++)
                sums[channel] = INT32_MIN;
            for (int32_t i = 0; i < p->height * p->width; i++) {
                int32_t row = y * p->stride_y - p->top + i / p->width;
                int32_t column = x * p->stride_x - p->left + i % p->width;
                if (row < 0 || row >= c->map.height || column < 0 || column >= c->map.width)
                    continue;
                raise_sums(c, in, row, column, patch, sums);
            }
            for (int32_t channel = 0; channel < c->out.channels; channel++)
                *out++ = requantize(&c->scaling, channel, sums[channel]);
        }
    }
}
