/* needs: prologue, window, bytes16, sixteen */
/* A depthwise convolution with a channel for a channel, 16 of them at a time. Windows that stick
 * out of the image are laid out with their padding first, LAID_OUT together. */
struct depthwise_vectors {
    struct image in, out;
    struct window window;
    const int8_t *weights;  /* [channels / 16][window.height][window.width][16], above -128, zeros
                             * behind the last channel */
    const int32_t *bias;    /* [channels, to 16], with the input's zero point folded in */
    int32_t zero_point;     /* of the input: what padding holds */
    struct scaling scaling;
};

#define LAID_OUT 8

/* Pixels in a row, for 16 channels: where the first one's window begins, the bytes from one tap to
 * the next in both directions, and those from pixel to pixel. */
struct run {
    const int8_t *first;
    int32_t down, right, step, pixels;
};

#if defined(REQUANTIZE_VECTORS)
/* Add the products of one tap and, where b is not 0, of a second one; returns the weights behind.
 * Two products fit 16 bits, and so does their sum, as no weight is -128. In assembly, because
 * compilers load early and then lack registers. */
INLINE const int8_t *mac_taps(struct fours *sums, const int8_t *a, const int8_t *b,
                              const int8_t *w)
{
#if defined(__GNUC__) && !defined(__clang__)
#define SPREAD                                                    \
    "vmovlb.s16 %q6, %q5\n\tvadd.i32 %q0, %q0, %q6\n\t"           \
    "vmovlt.s16 %q5, %q5\n\tvadd.i32 %q2, %q2, %q5\n\t"           \
    "vmovlb.s16 %q6, %q4\n\tvadd.i32 %q1, %q1, %q6\n\t"           \
    "vmovlt.s16 %q4, %q4\n\tvadd.i32 %q3, %q3, %q4"
#define FIRST                                                     \
    "vldrb.8 %q4, [%9]\n\tvldrb.8 %q6, [%8], #16\n\t"             \
    "vmullb.s8 %q5, %q4, %q6\n\tvmullt.s8 %q4, %q4, %q6\n\t"
    int8x16_t odd, even, t, v;

    if (b)
        __asm volatile(FIRST "vldrb.8 %q6, [%10]\n\tvldrb.8 %q7, [%8]\n\t"
                             "vmullb.s8 %q7, %q6, %q7\n\tvadd.i16 %q5, %q5, %q7\n\t"
                             "vldrb.8 %q7, [%8], #16\n\t"
                             "vmullt.s8 %q6, %q6, %q7\n\tvadd.i16 %q4, %q4, %q6\n\t" SPREAD
                       : "+w"(sums->a), "+w"(sums->b), "+w"(sums->c), "+w"(sums->d), "=&w"(odd),
                         "=&w"(even), "=&w"(t), "=&w"(v), "+r"(w)
                       : "r"(a), "r"(b)
                       : "memory");
    else
        __asm volatile(FIRST SPREAD
                       : "+w"(sums->a), "+w"(sums->b), "+w"(sums->c), "+w"(sums->d), "=&w"(odd),
                         "=&w"(even), "=&w"(t), "=&w"(v), "+r"(w)
                       : "r"(a)
                       : "memory");
    return w;
#undef SPREAD
#undef FIRST
#else
    int8x16_t x = vld1q_s8(a), v = vld1q_s8(w);
    int16x8_t even = vmullbq_int_s8(x, v), odd = vmulltq_int_s8(x, v);

    if (b) {
        x = vld1q_s8(b);
        v = vld1q_s8(w + 16);
        even = vaddq_s16(even, vmullbq_int_s8(x, v));
        odd = vaddq_s16(odd, vmulltq_int_s8(x, v));
    }
    sums->a = vaddq_s32(sums->a, vmovlbq_s16(even));
    sums->b = vaddq_s32(sums->b, vmovlbq_s16(odd));
    sums->c = vaddq_s32(sums->c, vmovltq_s16(even));
    sums->d = vaddq_s32(sums->d, vmovltq_s16(odd));
    return w + (b ? 32 : 16);
#endif
}

/* 3x3 taps. */
INLINE void nine_taps(struct fours *sums, const struct run *run, const int8_t *w)
{
    const int8_t *a = run->first, *b = a + run->down, *c = b + run->down;
    int32_t right = run->right;

    w = mac_taps(sums, a, a + right, w);
    w = mac_taps(sums, a + 2 * right, b, w);
    w = mac_taps(sums, b + right, b + 2 * right, w);
    w = mac_taps(sums, c, c + right, w);
    mac_taps(sums, c + 2 * right, 0, w);
}

INLINE void any_taps(struct fours *sums, const struct run *run, const int8_t *w,
                     const struct window *window)
{
    const int8_t *line = run->first;

    for (int32_t ky = 0; ky < window->height; ky++, line += run->down) {
        const int8_t *from = line;
        int32_t kx = window->width;

        for (; kx >= 2; kx -= 2, from += 2 * run->right)
            w = mac_taps(sums, from, from + run->right, w);
        if (kx > 0)
            w = mac_taps(sums, from, 0, w);
    }
}
#endif

#if defined(REQUANTIZE_VECTORS)
/* `count` channels, at most 16, from `channel` on, of all pixels of a run. */
static void depthwise_run(const struct depthwise_vectors *d, struct run run, int32_t channel,
                          int32_t count, int8_t *out)
{
    const struct window window = d->window;
    const struct scaling scaling = d->scaling;
    const int8_t *w = d->weights + channel * window.height * window.width;
    const int32_t *bias = d->bias + channel;
    int32_t channels = d->out.channels;

    int square = window.height == 3 && window.width == 3;

    for (; run.pixels > 0; run.pixels--, run.first += run.step, out += channels) {
        struct fours sums = load_fours(bias);

        if (square)
            nine_taps(&sums, &run, w);
        else
            any_taps(&sums, &run, w, &window);
        requantize_sixteen(&scaling, channel, count, sums, out);
    }
}
#else
static void depthwise_run(const struct depthwise_vectors *d, struct run run, int32_t channel,
                          int32_t count, int8_t *out)
{
    const struct window *window = &d->window;
    const int8_t *w = d->weights + channel * window->height * window->width;

    for (; run.pixels > 0; run.pixels--, run.first += run.step, out += d->out.channels)
        for (int32_t i = 0; i < count; i++) {
            int32_t sum = d->bias[channel + i];

            for (int32_t tap = 0; tap < window->height * window->width; tap++) {
                int32_t y = tap / window->width, x = tap % window->width;

                sum += run.first[y * run.down + x * run.right + i] * w[16 * tap + i];
            }
            out[i] = requantize(&d->scaling, channel + i, sum);
        }
}
#endif

/* Lay out `count` channels of `columns` columns from (y, x) on of the image, whose channels begin at
 * `in`: 16 bytes to each pixel. */
static void lay_out_columns(const struct depthwise_vectors *d, const int8_t *in, int32_t y,
                            int32_t x, int32_t columns, int32_t count, int8_t *to)
{
    int32_t channels = d->in.channels, width = d->in.width, padding = d->zero_point;

    for (int32_t ky = 0; ky < d->window.height; ky++, y += d->window.dilation_y) {
        int32_t end = y < 0 || y >= d->in.height ? 0 : width, column = x;
        const int8_t *from = end ? in + (y * width + (x > 0 ? x : 0)) * channels : in;

        for (; column < x + columns && (column < 0 || end == 0); column++, to += 16)
            fill_sixteens(to, padding, 1);
        for (; column < x + columns && column < end; column++, to += 16, from += channels)
            copy_some(to, from, count);
        for (; column < x + columns; column++, to += 16)
            fill_sixteens(to, padding, 1);
    }
}

/* How many of the windows of a row, whose rows are inside the image, begin at or after its left
 * edge, from `x` on, and end inside it, so that whole vectors can be read. */
static int32_t inside_windows(const struct depthwise_vectors *d, int32_t y, int32_t x)
{
    const struct window *w = &d->window;
    int32_t width = d->in.width - (w->width - 1) * w->dilation_x - x;

    if (y + (w->height - 1) * w->dilation_y == d->in.height - 1 && d->in.channels % 16 != 0)
        width -= (15 + d->in.channels) / d->in.channels; /* nothing behind the image is read */
    return x < 0 || width <= 0 ? 0 : (width + w->stride_x - 1) / w->stride_x;
}

/* How many of `left` pixels from x on to do with their columns laid out. */
static int32_t laid_out(const struct depthwise_vectors *d, int inside, int32_t x, int32_t left)
{
    int32_t step = d->window.stride_x;
    int32_t most = inside && x < 0 ? (step - 1 - x) / step : LAID_OUT; /* the others are inside */

    return left <= LAID_OUT ? left : most < LAID_OUT ? most : LAID_OUT;
}

/* `count` channels from `channel` on of a row of pixels, whose windows begin at row y of the input. */
static void depthwise_row(const struct depthwise_vectors *d, const int8_t *in, int32_t y,
                          int32_t channel, int32_t count, int8_t *out, int8_t *patch)
{
    const struct window *w = &d->window;
    int32_t channels = d->in.channels, x = -w->left, pixels;
    int inside = y >= 0 && y + (w->height - 1) * w->dilation_y < d->in.height;

    for (int32_t left = d->out.width; left > 0; left -= pixels) {
        struct run run;

        pixels = inside && left > LAID_OUT / 2 ? inside_windows(d, y, x) : 0;
        if (pixels > 0) {
            pixels = pixels < left ? pixels : left;
            run.first = in + (y * d->in.width + x) * channels + channel;
            run.down = w->dilation_y * d->in.width * channels;
            run.right = w->dilation_x * channels;
            run.step = w->stride_x * channels;
        } else {
            pixels = laid_out(d, inside, x, left);
            run.down = (pixels - 1) * w->stride_x + (w->width - 1) * w->dilation_x + 1;
            lay_out_columns(d, in + channel, y, x, run.down, count, patch);
            run.first = patch;
            run.down *= 16;
            run.right = 16 * w->dilation_x;
            run.step = 16 * w->stride_x;
        }
        run.pixels = pixels;
        depthwise_run(d, run, channel, count, out);
        x += pixels * w->stride_x;
        out += pixels * channels;
    }
}

/* patch: 16 bytes for each pixel that the windows of LAID_OUT pixels cover. */
static void depthwise_vectors(const struct depthwise_vectors *d, const int8_t *in, int8_t *out,
                              int8_t *patch)
{
    int32_t channels = d->in.channels;

    for (int32_t row = 0; row < d->out.height; row++, out += d->out.width * channels) {
        int32_t y = row * d->window.stride_y - d->window.top;

        for (int32_t channel = 0; channel < channels; channel += 16) {
            int32_t count = channels - channel < 16 ? channels - channel : 16;

            depthwise_row(d, in, y, channel, count, out + channel, patch);
        }
    }
}
