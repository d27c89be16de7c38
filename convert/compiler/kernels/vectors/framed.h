/* needs: prologue, window, copies, copy */
/* An image with its padding around it, and SLACK bytes behind it that may be read as well. */
struct frame {
    int32_t rows, columns; /* with padding, as far as windows reach; 0: the image has all they need */
    int32_t repeat;        /* how often each channel comes */
};

/* Copy `count` bytes, each of them several times. */
HELPER void copy_repeated(int8_t *to, const int8_t *from, int32_t count, int32_t repeat)
{
    for (; count > 0; count--, from++)
        for (int32_t i = 0; i < repeat; i++)
            *to++ = *from;
}

/* The image, in its frame where it needs one: [rows][columns][channels * repeat] at `to`. */
HELPER const int8_t *framed(const struct frame *f, const struct image *in, const struct window *w,
                            int32_t padding, const int8_t *from, int8_t *to)
{
    int32_t pixel = in->channels * f->repeat, line = f->columns * pixel;
    int32_t width = f->columns - w->left < in->width ? f->columns - w->left : in->width;
    int32_t height = f->rows - w->top < in->height ? f->rows - w->top : in->height;
    int8_t *row = to + w->top * line + w->left * pixel;

    if (f->rows == 0)
        return from;
    fill_freely(to, padding, f->rows * line + SLACK - 15);
    for (; height > 0; height--, row += line, from += in->width * in->channels)
        if (f->repeat > 1)
            copy_repeated(row, from, width * in->channels, f->repeat);
        else
            copy_bytes(from, row, width * in->channels);
    return to;
}
