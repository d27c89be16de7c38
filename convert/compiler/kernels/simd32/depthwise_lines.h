/* needs: prologue, dual, bytes, factors, mac_lines */
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
    struct line_weights line = {low_pair(outer, middle), mixed_pair(middle, outer)};

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

/* Where a channel's next line of outputs goes, and what its windows go through. */
struct line_place {
    const uint32_t *top, *middle, *below;
    int8_t *out;
    int32_t left; /* outputs */
};

#if defined(REQUANTIZE_IN_ASSEMBLY)
/* Two outputs at once, while there are two. */
INLINE struct line_place mac_line_pairs(struct line_run *run, int32_t stride, struct line_place at)
{
    int32_t words = at.left / 2 * stride;

    run->end = at.top + words;
    run->out = at.out;
    if (stride == 1)
        mac_lines(run, at.top, at.middle, at.below);
    else
        mac_lines_by_two(run, at.top, at.middle, at.below);
    at.top += words, at.middle += words, at.below += words;
    at.out += at.left / 2 * (2 * run->step);
    at.left %= 2;
    return at;
}
#endif

/* The outputs of a channel for the lines from `first` to `end`. */
INLINE void depthwise_channel(const struct depthwise_lines *d, uint32_t *ring, int32_t words,
                              int32_t channel, int32_t stride, int32_t first, int32_t end,
                              int8_t *out)
{
    const int8_t *w = d->weights + 12 * channel;
    struct line_weights a = load_line(w), b = load_line(w + 4), c = load_line(w + 8);
    struct scaling scaling = d->scaling;
    struct factor factor = factor_of(&scaling, channel);
    int32_t step = d->pixel.out_step, bias = d->bias[channel], pixels = d->pixel.out;
    int32_t size = 4 * words, next = d->line.stride * size, line = d->line.out_step;
    const uint32_t *behind = ring + d->ring * size;
    const uint32_t *start = ring + first * d->line.stride % d->ring * size;
#if defined(REQUANTIZE_IN_ASSEMBLY)
    int by_pairs = pixels > 1 && is_free(&scaling);
    struct line_run run = {{a.start, a.last, b.start, b.last, c.start, c.last},
                           factor.scale, bias, ring, factor.zero_point, step, out};
#endif

    out += first * line + channel;
    for (; first < end; first++, out += line) {
        struct line_place at = {start, start + size, start + 2 * size, out, pixels};

        if (at.middle == behind)
            at.middle = ring;
        if (at.below >= behind)
            at.below -= behind - ring;
        start += next;
        if (start >= behind)
            start -= behind - ring;
#if defined(REQUANTIZE_IN_ASSEMBLY)
        if (by_pairs)
            at = mac_line_pairs(&run, stride, at);
#endif
        for (; at.left > 0; at.left -= 2, at.out += 2 * step) {
            int32_t sums[2];

            sums[0] = sums[1] = bias;
            mac_line(at.top, a, stride, sums);
            mac_line(at.middle, b, stride, sums);
            mac_line(at.below, c, stride, sums);
            at.top += stride, at.middle += stride, at.below += stride;
            at.out[0] = requantize_by(&factor, sums[0]);
            if (at.left > 1)
                at.out[step] = requantize_by(&factor, sums[1]);
        }
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
