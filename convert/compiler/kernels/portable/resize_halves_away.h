/* needs: resize; struct: resize; flash: row, column */
/* Weights of 10 bits; halves are rounded away from zero. */
static void resize_halves_away(const struct resize *r, const int8_t *in, int8_t *out)
{
    const int32_t half = (int32_t)1 << 19;
    const int32_t *row = r->row;

    for (int32_t y = 0; y < r->height; y++, row += 3)
        for (int32_t x = 0; x < r->width; x++)
            for (int32_t c = 0; c < r->channels; c++) {
                int32_t sum = resize_sum(row, r->column + 3 * x, in + c, 1024);

                *out++ = (int8_t)((sum + (sum > 0 ? half : -half)) / ((int32_t)1 << 20));
            }
}
