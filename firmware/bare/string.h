/* As much of string.h as the harness uses; there is no C library. */
#ifndef BARE_STRING_H
#define BARE_STRING_H

#include <stddef.h>

void *memset(void *to, int value, size_t size);

#endif
