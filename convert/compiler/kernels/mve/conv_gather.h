/* needs: prologue, window, strip, mac_vectors, requantize, blocks */
/* A convolution of an image with one channel, stride 1, with vectors of 16 taps, which are gathered
 * from a padded strip of rows. */
struct conv_gather {
    struct strip strip;
    struct window window;
    const int8_t *weights;  /* [out.channels / 2][vectors][2][16], zeros behind the last tap */
    struct blocks blocks;
};

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
#endif

/* 16 bytes from places relative to `from`. */
static inline void gather_vector(int8_t *to, const int8_t *from, const uint8_t *places)
{
#if defined(__ARM_FEATURE_MVE)
    vst1q_s8(to, vldrbq_gather_offset_s8(from, vld1q_u8(places)));
#else
    for (int32_t i = 0; i < 16; i++)
        to[i] = from[places[i]];
#endif
}

/* Where each tap of a window lies in the strip; those behind the last one meet weights of zero. */
static void place_vectors(const struct conv_gather *c, int32_t vectors, uint8_t *places)
{
    int32_t taps = c->window.height * c->window.width;

    for (int32_t tap = 0; tap < 16 * vectors; tap++) {
        int32_t y = tap / c->window.width, x = tap % c->window.width;
        places[tap] = (uint8_t)(tap < taps ? y * c->strip.width + x : 0);
    }
}

/* scratch is the strip, padded to a multiple of 16, the places, and the windows. */
NO_LIBC static void conv_gather(const struct conv_gather *c, const int8_t *in, int8_t *out,
                        int8_t *scratch, int32_t *sums)
{
    int32_t vectors = (c->window.height * c->window.width + 15) / 16;
    int8_t *x = scratch + (c->strip.rows * c->strip.width + 15) / 16 * 16 + 16 * vectors;
    uint8_t *places = (uint8_t *)x - 16 * vectors;
    struct vector_blocks macs = {c->weights, x, sums, vectors, (c->blocks.out.channels + 1) / 2};

    place_vectors(c, vectors, places);
    for (int32_t row = 0; row < c->blocks.rows; row++) {
        fill_strip(&c->strip, in, 2 * row - c->window.top, scratch);
        for (int32_t column = 0; column < c->blocks.columns; column++) {
            for (int32_t i = 0; i < 4 * vectors; i++) {
                int32_t pixel = i % 4;

                gather_vector(x + 16 * i,
                              scratch + pixel / 2 * c->strip.width + 2 * column + pixel % 2,
                              places + i / 4 * 16);
            }
            mac_vectors(&macs);
            finish_block(&c->blocks, row, column, sums, out);
        }
    }
}
