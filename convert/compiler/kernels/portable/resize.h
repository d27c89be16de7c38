/* needs: nothing; flash: row, column */
/* Each pixel from four: two rows and two columns that it lies between. */
struct resize {
    int32_t height, width, channels;  /* of the output */
    const int32_t *row;               /* [height, 3]: first bytes of both rows, and how near the
                                       * second is */
    const int32_t *column;            /* [width, 3]: the same */
};

/* The sum of the four, weighted; a weight and its counterpart make ``one``. */
static int32_t resize_sum(const int32_t *row, const int32_t *column, const int8_t *in, int32_t one)
{
    int32_t left = column[0], right = column[1], near = column[2];
    int32_t upper = in[row[0] + left] * (one - near) + in[row[0] + right] * near;
    int32_t lower = in[row[1] + left] * (one - near) + in[row[1] + right] * near;

    return upper * (one - row[2]) + lower * row[2];
}
