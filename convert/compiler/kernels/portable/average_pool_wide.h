/* needs: types, window, pool; struct: pool */
/* The mean of the values that the window covers, half away from zero; 16-bit values. */
static int32_t average_at_wide(const struct pool *p, const arena_int16 *in, int32_t y, int32_t x)
{
    const struct window *w = &p->window;
    int32_t sum = 0, count = 0, mean;

    for (int32_t i = 0; i < w->height * w->width; i++) {
        int32_t row = y * w->stride_y - w->top + i / w->width;
        int32_t column = x * w->stride_x - w->left + i % w->width;
        if (row >= 0 && row < p->in.height && column >= 0 && column < p->in.width) {
            sum += in[(row * p->in.width + column) * p->in.channels];
            count++;
        }
    }
    mean = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
    return mean < p->low ? p->low : mean > p->high ? p->high : mean;
}

static void average_pool_wide(const struct pool *p, const arena_int16 *in, arena_int16 *out)
{
    for (int32_t y = 0; y < p->out.height; y++)
        for (int32_t x = 0; x < p->out.width; x++)
            for (int32_t channel = 0; channel < p->out.channels; channel++)
                *out++ = (int16_t)average_at_wide(p, in + channel, y, x);
}
