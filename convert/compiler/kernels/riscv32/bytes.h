/* needs: prologue */
#if defined(__riscv) && defined(__GNUC__)
typedef uint32_t __attribute__((may_alias)) aligned_bytes;
#endif

HELPER uint32_t four_bytes(const int8_t *p)
{
    const uint8_t *bytes = (const uint8_t *)p;

#if defined(__riscv) && defined(__GNUC__)
    if ((uintptr_t)p % 4 == 0) /* most often, and a load instead of eleven instructions */
        return *(const aligned_bytes *)p;
#endif
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Up to three bytes as a word, zeros behind them: of more, GCC would suspect what it inlines. */
HELPER uint32_t some_bytes(const int8_t *p, int32_t count)
{
    uint32_t word = 0;

    for (int32_t i = count < 3 ? count : 3; i > 0; i--)
        word = word << 8 | (uint8_t)p[i - 1];
    return word;
}
