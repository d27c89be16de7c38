/* needs: prologue */
/* Copying, sixteen bytes at a time. */
#define SLACK 16 /* bytes behind what is copied freely */

/* Copy `count` bytes, and what follows them up to whole sixteens. */
NO_LIBC HELPER void copy_freely(int8_t *to, const int8_t *from, int32_t count)
{
    for (int32_t i = 0; i < count; i += 16)
        __builtin_memcpy(to + i, from + i, 16);
}

NO_LIBC HELPER void fill_freely(int8_t *to, int32_t value, int32_t count)
{
    int8_t some[16];

    for (int32_t i = 0; i < 16; i++)
        some[i] = (int8_t)value;
    for (int32_t i = 0; i < count; i += 16)
        __builtin_memcpy(to + i, some, 16);
}
