/* needs: prologue */
/* What is put where there is nothing. */
struct blank {
    int32_t word;  /* an element of 1, 2 or 4 bytes, repeated: the same bytes in either order */
};

NO_LIBC HELPER int8_t *fill_blank(const struct blank *b, int8_t *out, int32_t count)
{
    union {
        int32_t word;
        int8_t bytes[4];
    } lanes;

    lanes.word = b->word;
    for (int32_t i = 0; i < count; i++)
        *out++ = lanes.bytes[i & 3];
    return out;
}
