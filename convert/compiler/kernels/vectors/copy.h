/* needs: prologue, types */
/* Copy bytes that do not overlap, sixteen at a time. */
NO_LIBC HELPER void copy_bytes(const int8_t *in, int8_t *out, int32_t count)
{
    int32_t i = 0;

    for (; i + 16 <= count; i += 16)
        __builtin_memcpy(out + i, in + i, 16);
    for (; i < count; i++)
        out[i] = in[i];
}
