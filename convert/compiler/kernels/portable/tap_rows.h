/* needs: prologue, window, bytes, fours */
/* The rows of a convolution's window, laid out for mac_packed four taps (x, channel) at a time. */
struct tap_rows {
    int32_t rows, size, channels;  /* of the input; elements of a row, and of a pixel */
    int32_t taps;                  /* of a row of the window */
    int32_t zero_point;            /* what padding holds */
};

HELPER struct tap_rows tap_rows_of(const struct image *in, const struct window *w,
                                   int32_t zero_point)
{
    struct tap_rows rows;

    rows.rows = in->height;
    rows.size = in->width * in->channels;
    rows.channels = in->channels;
    rows.taps = w->width * in->channels;
    rows.zero_point = zero_point;
    return rows;
}

/* Four bytes of a line, from `place` on, with padding outside. */
static uint32_t padded_bytes(const struct tap_rows *r, const int8_t *line, int32_t place)
{
    uint32_t word = 0;

    for (int32_t i = 0; i < 4; i++, place++) {
        int32_t value = place >= 0 && place < r->size ? line[place] : r->zero_point;
        word |= (uint32_t)(uint8_t)value << 8 * i;
    }
    return word;
}

/* Lay out a row of the window, at (row, column) of the input, as one of four columns; returns what
 * is behind. What lies behind the row's last tap meets weights of zero. */
static uint32_t *lay_out_row(const struct tap_rows *r, const int8_t *in, int32_t row,
                             int32_t column, uint32_t *x)
{
    int32_t place = column * r->channels;
    int inside = row >= 0 && row < r->rows;
    uint32_t padding = 0x01010101u * (uint8_t)r->zero_point;
    uint32_t *end = x + (r->taps + 3) / 4 * (4 * FOUR);

    in += inside ? row * r->size : 0;
    for (; inside && place < 0 && x != end; place += 4, x += 4 * FOUR)
        put_four(x, 4, place > -4 ? padded_bytes(r, in, place) : padding);
    if (inside) {
        int32_t left = (r->size - place) / 4, want = (int32_t)(end - x) / (4 * FOUR);
        const uint32_t *stop = x + 4 * FOUR * (left < want ? left : want);

        for (; x < stop; place += 4, x += 4 * FOUR)
            put_four(x, 4, four_bytes(in + place));
    }
    for (; x != end; place += 4, x += 4 * FOUR)
        put_four(x, 4, inside && place < r->size ? padded_bytes(r, in, place) : padding);
    return end;
}
