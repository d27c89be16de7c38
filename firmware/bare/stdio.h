/* As much of stdio as the harness uses, on semihosting. */
#ifndef BARE_STDIO_H
#define BARE_STDIO_H

#include <stddef.h>

#define stdin 1
#define stdout 5

size_t fread(void *to, size_t size, size_t count, int mode);
size_t fwrite(const void *from, size_t size, size_t count, int mode);

#endif
