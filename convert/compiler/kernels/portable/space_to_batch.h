/* needs: blank, copy */
/* Collect the pixels that lie at one place of their blocks in an image of their own; the images of
 * the first place come first. */
struct space_to_batch {
    int32_t images, height, width;  /* of the input */
    int32_t out_height, out_width;  /* of each image of the output */
    int32_t block[2];               /* height and width, pixels */
    int32_t before[2];              /* padding above and to the left, pixels */
    int32_t run;                    /* bytes of a pixel */
    struct blank blank;             /* a pixel of the padding */
};

/* A row of the output, from a row of the input; no row: all of it is padding. */
static int8_t *space_to_batch_row(const struct space_to_batch *s, const int8_t *row, int32_t place,
                                  int8_t *out)
{
    for (int32_t column = 0; column < s->out_width; column++) {
        int32_t x = column * s->block[1] + place - s->before[1];

        if (row && x >= 0 && x < s->width) {
            copy_bytes(row + x * s->run, out, s->run);
            out += s->run;
        } else {
            out = fill_blank(&s->blank, out, s->run);
        }
    }
    return out;
}

static void space_to_batch(const struct space_to_batch *s, const int8_t *in, int8_t *out)
{
    for (int32_t place = 0; place < s->block[0] * s->block[1]; place++)
        for (int32_t image = 0; image < s->images; image++)
            for (int32_t row = 0; row < s->out_height; row++) {
                int32_t y = row * s->block[0] + place / s->block[1] - s->before[0];
                const int8_t *from = 0;

                if (y >= 0 && y < s->height)
                    from = in + (image * s->height + y) * s->width * s->run;
                out = space_to_batch_row(s, from, place % s->block[1], out);
            }
}
