/* needs: prologue */
/* What is put where there is nothing. */
struct blank {
    int8_t bytes[4];  /* an element, repeated: elements are 1, 2 or 4 bytes */
};

NO_LIBC HELPER int8_t *fill_blank(const struct blank *b, int8_t *out, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        *out++ = b->bytes[i & 3];
    return out;
}
