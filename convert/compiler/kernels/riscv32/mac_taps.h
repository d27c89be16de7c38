/* needs: prologue */
/* What a depthwise convolution spends its time in: the sums of a pixel, for four channels after the
 * other. Each tap says where the channels that it meets begin. */
struct mac_taps {
    const int32_t *taps;    /* addresses, and 0 behind them; or see below */
    const int8_t *weights;  /* [taps][channels] */
    const int32_t *bias;    /* of channel `first` */
    int32_t *sums;          /* of channel `first` */
    int32_t channels;
    int32_t first, end;     /* channels to compute, in fours */
};

#if defined(__riscv) && __riscv_xlen == 32
#define MAC_ADDRESSES
/* 20 instructions for the four channels of a tap. */
static void mac_taps(const struct mac_taps *m)
{
    int32_t channels = m->channels, *sums = m->sums;
    const int32_t *bias = m->bias;

    for (int32_t channel = m->first; channel < m->end; channel += 4, sums += 4, bias += 4) {
        int32_t a = bias[0], b = bias[1], c = bias[2], d = bias[3];
        const int8_t *w = m->weights + channel;

        for (const int32_t *tap = m->taps; *tap != 0; tap++, w += channels) {
            const int8_t *x = (const int8_t *)*tap + channel;

            a += x[0] * w[0];
            b += x[1] * w[1];
            c += x[2] * w[2];
            d += x[3] * w[3];
        }
        sums[0] = a;
        sums[1] = b;
        sums[2] = c;
        sums[3] = d;
    }
}
#endif
