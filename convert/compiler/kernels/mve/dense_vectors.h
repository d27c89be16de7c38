/* needs: prologue, sixteen */
/* A dense layer with vectors of 16 inputs, four outputs at a time, of which 16 are requantized. */
struct dense_vectors {
    int32_t inputs, outputs;
    const int8_t *weights;  /* [outputs, inputs] */
    const int32_t *bias;    /* [outputs, to 16], with the input's zero point folded in */
    struct scaling scaling;
};

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>

/* Bias and `count` products of x with each of `rows` rows of weights, four rows at most. */
NO_LIBC static void dot_rows(const int8_t *w, const int8_t *x, int32_t count, int32_t rows,
                             const int32_t *bias, int32_t *sums)
{
    const int8_t *w1 = rows > 1 ? w + count : w, *w2 = rows > 2 ? w1 + count : w;
    const int8_t *w3 = rows > 3 ? w2 + count : w;

    mve_pred16_t some = vctp8q((uint32_t)count % 16); /* lanes behind the end are zero */
    int8x16_t v = vldrbq_z_s8(x + count / 16 * 16, some);
    int32_t end = count / 16 * 16;
    int32_t a = vmladavaq_s8(bias[0], v, vldrbq_z_s8(w + end, some));
    int32_t b = vmladavaq_s8(bias[1], v, vldrbq_z_s8(w1 + end, some));
    int32_t c = vmladavaq_s8(bias[2], v, vldrbq_z_s8(w2 + end, some));
    int32_t d = vmladavaq_s8(bias[3], v, vldrbq_z_s8(w3 + end, some));

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
NO_LIBC static void dot_rows(const int8_t *w, const int8_t *x, int32_t count, int32_t rows,
                             const int32_t *bias, int32_t *sums)
{
    for (int32_t row = 0; row < rows && row < 4; row++) {
        sums[row] = bias[row];
        for (int32_t i = 0; i < count; i++)
            sums[row] += *w++ * x[i];
    }
}
#endif

static void dense_vectors(const struct dense_vectors *d, const int8_t *in, int8_t *out)
{
    const int8_t *w = d->weights;

    for (int32_t i = 0; i < d->outputs; i += 16) {
        int32_t count = d->outputs - i < 16 ? d->outputs - i : 16, sums[16];

        for (int32_t j = 0; j < count; j += 4, w += 4 * d->inputs)
            dot_rows(w, in, d->inputs, count - j, d->bias + i + j, sums + j);
        requantize_some(&d->scaling, i, count, sums, out + i);
    }
}
