/* needs: prologue, window, mac_vectors, requantize, blocks */
/* A convolution with vectors of 16 taps. The windows of the four pixels of a block are laid out
 * once, for all filters. */
struct conv_vectors {
    struct image in;
    struct window window;
    const int8_t *weights;  /* [out.channels / 2][vectors][2][16], zeros behind the last tap */
    int32_t zero_point;     /* of the input: what padding holds */
    struct blocks blocks;
};

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
#endif

static inline void copy_vector(int8_t *to, const int8_t *from)
{
#if defined(__ARM_FEATURE_MVE)
    vst1q_s8(to, vld1q_s8(from));
#else
    for (int32_t i = 0; i < 16; i++)
        to[i] = from[i];
#endif
}

/* Where tap `tap` of column 0 goes: 16 taps, then those of the other columns. */
static inline int8_t *tap_place(int8_t *x, int32_t tap)
{
    return x + tap / 16 * 64 + tap % 16;
}

/* Lay out `taps` inputs of a line of `size` bytes from `place` on, as taps from `tap` on. */
NO_LIBC static void lay_out_taps(const struct conv_vectors *c, const int8_t *line, int32_t size,
                                 int32_t place, int32_t tap, int32_t taps, int8_t *x)
{
    int32_t end = tap + taps;

    while (tap < end) {
        if (tap % 16 == 0 && end - tap >= 16 && place >= 0 && place + 16 <= size) {
            copy_vector(tap_place(x, tap), line + place);
            tap += 16;
            place += 16;
        } else {
            int8_t *to = tap_place(x, tap);
            int32_t most = 16 - tap % 16 < end - tap ? 16 - tap % 16 : end - tap;

            for (int32_t i = 0; i < most; i++, place++)
                *to++ = place >= 0 && place < size ? line[place] : (int8_t)c->zero_point;
            tap += most;
        }
    }
}

/* Lay out the window at (row, column) of the input as one of four columns. */
static void lay_out_window(const struct conv_vectors *c, const int8_t *in, int32_t row,
                           int32_t column, int8_t *x)
{
    int32_t channels = c->in.channels, taps = c->window.width * channels;

    for (int32_t ky = 0; ky < c->window.height; ky++, row++) {
        int inside = row >= 0 && row < c->in.height;
        int32_t size = inside ? c->in.width * channels : 0;

        lay_out_taps(c, in + (inside ? row * size : 0), size, column * channels, ky * taps, taps,
                     x);
    }
}

NO_LIBC static void conv_vectors(const struct conv_vectors *c, const int8_t *in, int8_t *out, int8_t *x,
                         int32_t *sums)
{
    const struct window *w = &c->window;
    int32_t taps = w->height * w->width * c->in.channels;
    struct vector_blocks macs = {
        c->weights, x, sums, (taps + 15) / 16, (c->blocks.out.channels + 1) / 2};

    for (int32_t i = 0; i < 64 * macs.vectors; i++)
        x[i] = 0; /* behind the last tap, too, there is something */
    for (int32_t i = 0; i < c->blocks.rows * c->blocks.columns; i++) {
        int32_t row = i / c->blocks.columns, column = i % c->blocks.columns;

        for (int32_t pixel = 0; pixel < 4; pixel++)
            lay_out_window(c, in, (2 * row + pixel / 2) * w->stride_y - w->top,
                           (2 * column + pixel % 2) * w->stride_x - w->left, x + 16 * pixel);
        mac_vectors(&macs);
        finish_block(&c->blocks, row, column, sums, out);
    }
}
