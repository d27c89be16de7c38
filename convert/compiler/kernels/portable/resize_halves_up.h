/* needs: resize; struct: resize; flash: row, column */
/* Weights of 11 bits; halves are rounded up. */
static void resize_halves_up(const struct resize *r, const int8_t *in, int8_t *out)
{
    const int32_t half = (int32_t)1 << 21, lowest = (int32_t)128 << 22;
    const int32_t *row = r->row;

    for (int32_t y = 0; y < r->height; y++, row += 3)
        for (int32_t x = 0; x < r->width; x++)
            for (int32_t c = 0; c < r->channels; c++) {
                int32_t sum = resize_sum(row, r->column + 3 * x, in + c, 2048);

                *out++ = (int8_t)(((sum + half + lowest) >> 22) - 128);
            }
}
