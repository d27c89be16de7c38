/* needs: window */
/* Resizing: each pixel is the weighted mean of the four that it lies between. */
struct resize_bilinear {
    struct image in, out;
    const int16_t *rows;     /* [out.height][4]: the lower pixel and the upper one, their weights */
    const int16_t *columns;  /* [out.width][4] */
    int32_t shift;           /* the weights of a pixel add up to 2^shift */
    int32_t floored;         /* 1: half up; 0: half away from zero */
};

/* The mean of two pixels of a line, times the weights of both. */
static int32_t resize_across(const struct resize_bilinear *r, const int8_t *line,
                             const int16_t *column, int32_t channel)
{
    int32_t channels = r->in.channels;

    return (int32_t)line[column[0] * channels + channel] * column[2] +
           (int32_t)line[column[1] * channels + channel] * column[3];
}

static int32_t resize_round(const struct resize_bilinear *r, int32_t sum)
{
    int32_t half = (int32_t)1 << (r->shift - 1);

    if (r->floored || sum > 0) {
        sum += half;
        return sum >= 0 ? sum >> r->shift : ~(~sum >> r->shift);
    }
    return -((half - sum) >> r->shift);
}

static void resize_bilinear(const struct resize_bilinear *r, const int8_t *in, int8_t *out)
{
    int32_t pitch = r->in.width * r->in.channels;

    for (int32_t y = 0; y < r->out.height; y++) {
        const int16_t *row = r->rows + 4 * y;

        for (int32_t x = 0; x < r->out.width; x++)
            for (int32_t channel = 0; channel < r->in.channels; channel++) {
                const int16_t *column = r->columns + 4 * x;
                int32_t top = resize_across(r, in + row[0] * pitch, column, channel);
                int32_t bottom = resize_across(r, in + row[1] * pitch, column, channel);

                *out++ = (int8_t)resize_round(r, top * row[2] + bottom * row[3]);
            }
    }
}
