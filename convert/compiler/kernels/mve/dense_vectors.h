/* needs: prologue, requantize */
/* A dense layer with vectors of 16 inputs, four outputs at a time. */
struct dense_vectors {
    int32_t inputs, outputs;
    const int8_t *weights;  /* [outputs, inputs] */
    const int32_t *bias;    /* [outputs], with the input's zero point folded in */
    struct scaling scaling;
};

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>

/* Sums of `count` products of x with each of `rows` rows of weights, 1 to 4. */
NO_LIBC static void dot_rows(const int8_t *w, const int8_t *x, int32_t count, int32_t rows, int32_t *sums)
{
    const int8_t *w1 = rows > 1 ? w + count : w, *w2 = rows > 2 ? w1 + count : w;
    const int8_t *w3 = rows > 3 ? w2 + count : w;

    mve_pred16_t some = vctp8q((uint32_t)count % 16); /* lanes behind the end are zero */
    int8x16_t v = vldrbq_z_s8(x + count / 16 * 16, some);
    int32_t end = count / 16 * 16;
    int32_t a = vmladavq_s8(v, vldrbq_z_s8(w + end, some));
    int32_t b = vmladavq_s8(v, vldrbq_z_s8(w1 + end, some));
    int32_t c = vmladavq_s8(v, vldrbq_z_s8(w2 + end, some));
    int32_t d = vmladavq_s8(v, vldrbq_z_s8(w3 + end, some));

    for (int32_t i = 0; i < end; i += 16) {
        v = vld1q_s8(x + i);
        a = vmladavaq_s8(a, v, vld1q_s8(w + i));
        b = vmladavaq_s8(b, v, vld1q_s8(w1 + i));
        c = vmladavaq_s8(c, v, vld1q_s8(w2 + i));
        d = vmladavaq_s8(d, v, vld1q_s8(w3 + i));
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}
#else
NO_LIBC static void dot_rows(const int8_t *w, const int8_t *x, int32_t count, int32_t rows, int32_t *sums)
{
    for (int32_t row = 0; row < rows; row++) {
        sums[row] = 0;
        for (int32_t i = 0; i < count; i++)
            sums[row] += *w++ * x[i];
    }
}
#endif

static void dense_vectors(const struct dense_vectors *d, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < d->outputs; i += 4) {
        int32_t rows = d->outputs - i < 4 ? d->outputs - i : 4, sums[4];

        dot_rows(d->weights + i * d->inputs, in, d->inputs, rows, sums);
        for (int32_t row = 0; row < rows; row++)
            out[i + row] = requantize(&d->scaling, i + row, d->bias[i + row] + sums[row]);
    }
}
