/* What compilers call by themselves: a WebAssembly module has no libc. */
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);

void *memcpy(void *to, const void *from, size_t count)
{
    char *bytes = to;

    for (size_t i = 0; i < count; i++)
        bytes[i] = ((const char *)from)[i];
    return to;
}

void *memset(void *to, int value, size_t count)
{
    char *bytes = to;

    for (size_t i = 0; i < count; i++)
        bytes[i] = (char)value;
    return to;
}
