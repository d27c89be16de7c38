/* needs: prologue, dual, bytes, requantize, mac_lines */
/* A depthwise convolution of 3x3 taps, line by line, four input channels at a time.
 *
 * The lines that the windows of some lines of outputs cover lie in a ring, a channel of a line as
 * words of two neighbouring pixels of 16 bits, with padding around. Two outputs at once then take
 * four instructions for the six products of a line. A line is a row of the image, or a column where
 * those are longer.
 *
 * Channels are computed in groups of four, one group after the other, and a line is in the ring
 * before an output is written to its place: the output may lie where the input lies, if both have
 * the same channels. */
struct line_axis {
    int32_t in, out;           /* pixels or lines */
    int32_t in_step, out_step; /* elements from one to the next */
    int32_t stride, before;    /* of the window; 1 or 2, and padding */
};

struct depthwise_lines {
    struct line_axis line, pixel; /* across the lines, and along them */
    int32_t channels, multiplier; /* of the input, and outputs of each */
    const int8_t *weights;        /* [channels * multiplier, 3 lines, 4], the fourth 0 */
    const int32_t *bias;          /* [channels * multiplier], with the zero point folded in */
    int32_t zero_point;           /* of the input: what padding holds */
    int32_t together, ring;       /* lines of outputs, and of inputs in the ring */
    struct scaling scaling;
};

/* Lay out pixels of four channels as words [channel][words]; `count` channels are there, and those
 * behind them are left 0. */
HELPER void put_pixels(uint32_t first, uint32_t second, uint32_t *to, int32_t words)
{
    uint32_t even_a = even_bytes(first), odd_a = odd_bytes(first);
    uint32_t even_b = even_bytes(second), odd_b = odd_bytes(second);

    to[0] = low_pair(even_a, even_b);
    to[words] = low_pair(odd_a, odd_b);
    to[2 * words] = high_pair(even_a, even_b);
    to[3 * words] = high_pair(odd_a, odd_b);
}

HELPER uint32_t pixel_bytes(const int8_t *in, int32_t count)
{
    return count == 4 ? four_bytes(in) : some_bytes(in, count);
}

/* Lay out line `line` of the input, which may be outside: then all of it is padding. */
static void put_line(const struct depthwise_lines *d, const int8_t *in, int32_t line,
                     int32_t count, uint32_t *to, int32_t words)
{
    int32_t step = d->pixel.in_step, size = d->pixel.in, x = -d->pixel.before;
    int inside = line >= 0 && line < d->line.in;
    uint32_t zero = 0x01010101u * (uint8_t)d->zero_point;
    const uint32_t *end = to + words;

    in += inside ? line * d->line.in_step + (x < 0 ? 0 : x * step) : 0;
    while (to != end) {
        uint32_t first = zero, second = zero;

        if (inside && x >= 0 && x < size - 1 && count == 4) {
            int32_t left = (size - x) / 2;
            const uint32_t *stop = left < end - to ? to + left : end;

            for (x += 2 * (int32_t)(stop - to); to != stop; in += 2 * step)
                put_pixels(four_bytes(in), four_bytes(in + step), to++, words);
            continue;
        }
        if (inside && x >= 0 && x < size) {
            first = pixel_bytes(in, count);
            in += step;
        }
        if (inside && x + 1 >= 0 && x + 1 < size) {
            second = pixel_bytes(in, count);
            in += step;
        }
        put_pixels(first, second, to++, words);
        x += 2;
    }
}

/* The weights of a line as pairs: the first two, and the last two. */
struct line_weights {
    uint32_t start, last;
};

HELPER struct line_weights load_line(const int8_t *w)
{
    uint32_t taps = four_bytes(w), outer = even_bytes(taps), middle = odd_bytes(taps);
    struct line_weights line = {low_pair(outer, middle), (middle & 0xffffu) | (outer & 0xffff0000u)};

    return line;
}

/* Add the products of a line for two outputs; `x` is where the first one's window begins. */
INLINE void mac_line(const uint32_t *x, struct line_weights w, int32_t stride, int32_t *sums)
{
    sums[0] = cross_mac(w.last, x[1], dual_mac(x[0], w.start, sums[0]));
    if (stride == 1)
        sums[1] = dual_mac(x[1], w.last, cross_mac(x[0], w.start, sums[1]));
    else
        sums[1] = cross_mac(w.last, x[2], dual_mac(x[1], w.start, sums[1]));
}

/* A channel's weights, bias and factor. */
struct line_channel {
    struct line_weights a, b, c;
    struct factor factor;
    int32_t bias;
};

/* The outputs of a line from `left` windows, beginning with those that go together. */
INLINE void depthwise_line(const struct depthwise_lines *d, const struct line_channel *w,
                           int32_t stride, const uint32_t *const *x, int8_t *out)
{
    const uint32_t *top = x[0], *middle = x[1], *below = x[2];
    int32_t step = d->pixel.out_step, left = d->pixel.out;

#if defined(REQUANTIZE_IN_ASSEMBLY)
    if (is_free(&d->scaling) && left > 1) {
        int32_t words = left / 2 * stride;
        struct line_run run = {{w->a.start, w->a.last, w->b.start, w->b.last, w->c.start, w->c.last},
                               w->factor.scale, w->bias, top + words, w->factor.zero_point, step, out};

        if (stride == 1)
            mac_lines(&run, top, middle, below);
        else
            mac_lines_by_two(&run, top, middle, below);
        top += words, middle += words, below += words;
        out += left / 2 * (2 * step);
        left %= 2;
    }
#endif
    for (; left > 0; left -= 2) {
        int32_t sums[2];

        sums[0] = sums[1] = w->bias;
        mac_line(top, w->a, stride, sums);
        mac_line(middle, w->b, stride, sums);
        mac_line(below, w->c, stride, sums);
        top += stride, middle += stride, below += stride;
        out[0] = requantize_by(w->factor, sums[0]);
        if (left > 1)
            out[step] = requantize_by(w->factor, sums[1]);
        out += 2 * step;
    }
}

/* The outputs of a channel for the lines from `first` to `end`. */
INLINE void depthwise_channel(const struct depthwise_lines *d, uint32_t *ring, int32_t words,
                              int32_t channel, int32_t stride, int32_t first, int32_t end,
                              int8_t *out)
{
    const int8_t *w = d->weights + 12 * channel;
    struct scaling scaling = d->scaling;
    struct line_channel one = {load_line(w), load_line(w + 4), load_line(w + 8),
                               factor_of(&scaling, channel), d->bias[channel]};
    int32_t place = first * d->line.stride % d->ring, size = 4 * words, rows = d->ring;

    out += first * d->line.out_step + channel;
    for (; first < end; first++, out += d->line.out_step) {
        const uint32_t *x[3];

        for (int32_t i = 0, at = place; i < 3; i++, at = at + 1 == rows ? 0 : at + 1)
            x[i] = ring + at * size;
        depthwise_line(d, &one, stride, x, out);
        place += d->line.stride;
        place = place >= rows ? place - rows : place;
    }
}

/* Where input line `line` lies in the ring. */
HELPER uint32_t *line_of(const struct depthwise_lines *d, uint32_t *ring, int32_t words,
                         int32_t line)
{
    return ring + (line + d->line.before) % d->ring * 4 * words;
}

static void depthwise_lines(const struct depthwise_lines *d, const int8_t *in, int8_t *out,
                            int32_t *scratch)
{
    int32_t words = ((d->pixel.out + 1) / 2) * d->pixel.stride + 1;
    uint32_t *ring = (uint32_t *)scratch;

    for (int32_t channel = 0; channel < d->channels; channel += 4) {
        int32_t count = d->channels - channel < 4 ? d->channels - channel : 4;
        int32_t next = -d->line.before; /* the line that is laid out next */

        for (int32_t y = 0; y < d->line.out; y += d->together) {
            int32_t end = d->line.out - y < d->together ? d->line.out : y + d->together;
            int32_t last = (end - 1) * d->line.stride - d->line.before + 2;

            for (; next <= last; next++)
                put_line(d, in + channel, next, count,
                         line_of(d, ring, words, next), words);
            for (int32_t i = 0; i < count * d->multiplier; i++) {
                uint32_t *lines = ring + i / d->multiplier * words;
                int32_t to = channel * d->multiplier + i;

                if (d->pixel.stride == 1)
                    depthwise_channel(d, lines, words, to, 1, y, end, out);
                else
                    depthwise_channel(d, lines, words, to, 2, y, end, out);
            }
        }
    }
}
