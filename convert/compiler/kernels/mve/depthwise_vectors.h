/* needs: prologue, window, bytes16, sixteen */
/* A depthwise convolution with a channel for a channel, 16 of them at a time. A window that sticks
 * out of the image is laid out with its padding first. */
struct depthwise_vectors {
    struct image in, out;
    struct window window;
    const int8_t *weights;  /* [channels / 16][window.height][window.width][16], above -128, zeros
                             * behind the last channel */
    const int32_t *bias;    /* [channels, to 16], with the input's zero point folded in */
    int32_t zero_point;     /* of the input: what padding holds */
    struct scaling scaling;
};

/* Where 16 channels of a window's taps lie: bytes from one to the next. */
struct taps {
    const int8_t *first;
    int32_t down, right;
};

#if defined(__ARM_FEATURE_MVE)
/* Products of two taps fit 16 bits, and their sum, as no weight is -128. The sums are those of
 * channels 0, 4, 8, 12, of 1, 5, 9, 13 and so on. */
INLINE void mac_two(int32x4x4_t *sums, int8x16_t a, int8x16_t v, int8x16_t b, int8x16_t w)
{
    int16x8_t even = vaddq_s16(vmullbq_int_s8(a, v), vmullbq_int_s8(b, w));
    int16x8_t odd = vaddq_s16(vmulltq_int_s8(a, v), vmulltq_int_s8(b, w));

    sums->val[0] = vaddq_s32(sums->val[0], vmovlbq_s16(even));
    sums->val[1] = vaddq_s32(sums->val[1], vmovlbq_s16(odd));
    sums->val[2] = vaddq_s32(sums->val[2], vmovltq_s16(even));
    sums->val[3] = vaddq_s32(sums->val[3], vmovltq_s16(odd));
}

INLINE void mac_one(int32x4x4_t *sums, int8x16_t a, int8x16_t v)
{
    int16x8_t even = vmullbq_int_s8(a, v), odd = vmulltq_int_s8(a, v);

    sums->val[0] = vaddq_s32(sums->val[0], vmovlbq_s16(even));
    sums->val[1] = vaddq_s32(sums->val[1], vmovlbq_s16(odd));
    sums->val[2] = vaddq_s32(sums->val[2], vmovltq_s16(even));
    sums->val[3] = vaddq_s32(sums->val[3], vmovltq_s16(odd));
}

/* Nine taps, in order. */
static inline int32x4x4_t nine_taps(int32x4x4_t sums, struct taps taps, const int8_t *w)
{
    const int8_t *a = taps.first, *b = a + taps.down, *c = b + taps.down;
    int32_t right = taps.right;

    mac_two(&sums, vld1q_s8(a), vld1q_s8(w), vld1q_s8(a + right), vld1q_s8(w + 16));
    mac_two(&sums, vld1q_s8(a + 2 * right), vld1q_s8(w + 32), vld1q_s8(b), vld1q_s8(w + 48));
    mac_two(&sums, vld1q_s8(b + right), vld1q_s8(w + 64), vld1q_s8(b + 2 * right),
            vld1q_s8(w + 80));
    mac_two(&sums, vld1q_s8(c), vld1q_s8(w + 96), vld1q_s8(c + right), vld1q_s8(w + 112));
    mac_one(&sums, vld1q_s8(c + 2 * right), vld1q_s8(w + 128));
    return sums;
}

static inline int32x4x4_t any_taps(int32x4x4_t sums, struct taps taps, const int8_t *w,
                                   const struct window *window)
{
    for (int32_t ky = 0; ky < window->height; ky++) {
        const int8_t *from = taps.first + ky * taps.down;
        int32_t kx = window->width;

        for (; kx >= 2; kx -= 2, from += 2 * taps.right, w += 32)
            mac_two(&sums, vld1q_s8(from), vld1q_s8(w), vld1q_s8(from + taps.right),
                    vld1q_s8(w + 16));
        if (kx > 0) {
            mac_one(&sums, vld1q_s8(from), vld1q_s8(w));
            w += 16;
        }
    }
    return sums;
}
#endif

/* `count` channels, at most 16, from `channel` on, of one pixel. */
static void depthwise_sixteen(const struct depthwise_vectors *d, struct taps taps, int32_t channel,
                              int32_t count, int8_t *out)
{
    const struct window *window = &d->window;
    const int8_t *w = d->weights + channel * window->height * window->width;
#if defined(__ARM_FEATURE_MVE)
    int32x4x4_t sums = vld4q_s32(d->bias + channel);
    int32_t line[16];

    if (window->height == 3 && window->width == 3)
        sums = nine_taps(sums, taps, w);
    else
        sums = any_taps(sums, taps, w, window);
#if defined(REQUANTIZE_VECTORS)
    if (count == 16) {
        requantize_sixteen(&d->scaling, channel, sums, out);
        return;
    }
#endif
    vst4q_s32(line, sums);
#else
    int32_t line[16];

    for (int32_t i = 0; i < count; i++) {
        line[i] = d->bias[channel + i];
        for (int32_t tap = 0; tap < window->height * window->width; tap++) {
            int32_t y = tap / window->width, x = tap % window->width;

            line[i] += taps.first[y * taps.down + x * taps.right + i] * w[16 * tap + i];
        }
    }
#endif
    requantize_some(&d->scaling, channel, count, line, out);
}

/* Lay out `count` channels of the window at (y, x), from those of the image at `in` on: 16 bytes to
 * each tap. Padding is there already. */
static void lay_out_taps(const struct depthwise_vectors *d, const int8_t *in, int32_t y, int32_t x,
                         int32_t count, int8_t *to)
{
    const struct window *w = &d->window;

    for (int32_t ky = 0; ky < w->height; ky++, y += w->dilation_y, to += 16 * w->width) {
        if (y < 0 || y >= d->in.height)
            continue;
        for (int32_t kx = 0, column = x; kx < w->width; kx++, column += w->dilation_x)
            if (column >= 0 && column < d->in.width)
                copy_sixteens(to + 16 * kx, in + (y * d->in.width + column) * d->in.channels, count,
                              16);
    }
}

/* All channels of the pixel whose window begins at (y, x) of the input. */
static void depthwise_window(const struct depthwise_vectors *d, const int8_t *in, int32_t y,
                             int32_t x, int8_t *out, int8_t *patch)
{
    const struct window *w = &d->window;
    int32_t bottom = y + (w->height - 1) * w->dilation_y, channels = d->in.channels;
    int32_t last = x + (w->width - 1) * w->dilation_x;
    int inside = y >= 0 && x >= 0 && bottom < d->in.height && last < d->in.width;
    struct taps taps = {patch, 16 * w->width, 16};

    /* whole vectors must not reach behind the image */
    if (bottom * d->in.width + last == d->in.height * d->in.width - 1 && channels % 16 != 0)
        inside = 0;
    if (inside) {
        taps.right = w->dilation_x * channels;
        taps.down = w->dilation_y * d->in.width * channels;
    } else {
        fill_sixteens(patch, d->zero_point, w->height * w->width);
    }
    for (int32_t channel = 0; channel < channels; channel += 16) {
        int32_t count = channels - channel < 16 ? channels - channel : 16;

        if (inside)
            taps.first = in + (y * d->in.width + x) * channels + channel;
        else
            lay_out_taps(d, in + channel, y, x, count, patch);
        depthwise_sixteen(d, taps, channel, count, out + channel);
    }
}

/* patch: 16 bytes for each tap. */
static void depthwise_vectors(const struct depthwise_vectors *d, const int8_t *in, int8_t *out,
                              int8_t *patch)
{
    const struct window *w = &d->window;
    int32_t y = -w->top;

    for (int32_t row = 0; row < d->out.height; row++, y += w->stride_y) {
        int32_t x = -w->left;

        for (int32_t i = 0; i < d->out.width; i++, x += w->stride_x, out += d->out.channels)
            depthwise_window(d, in, y, x, out, patch);
    }
}
