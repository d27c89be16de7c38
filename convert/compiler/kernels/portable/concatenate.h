/* needs: copy */
/* Copy rows of one input to where they belong in the concatenation. */
struct concatenate {
    int32_t rows, length;  /* of this input: rows of length bytes */
    int32_t pitch;         /* bytes from one row to the next in the output */
    int32_t offset;        /* of this input in each row of the output, bytes */
};

static void concatenate(const struct concatenate *c, const int8_t *in, int8_t *out)
{
    for (int32_t row = 0; row < c->rows; row++)
        copy_bytes(in + row * c->length, out + (row * c->pitch + c->offset), c->length);
}
