/* needs: window, window_pairs */
/* The taps of a window as pairs, one row behind the other. */
HELPER int32_t nth_tap(const struct window *w, int32_t n)
{
    (void)w;
    return n;
}

HELPER void lay_out_block(const struct window *w, const int8_t *p, int32_t strip_width,
                          const int32_t *places, uint32_t *x)
{
    lay_out_pairs(p, strip_width, places, (w->height * w->width + 1) / 2, x);
}
