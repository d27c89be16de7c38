/* What a core's start.c gives to semihosting.c, and takes from it. */
#ifndef BARE_SEMIHOSTING_H
#define BARE_SEMIHOSTING_H

#include <stdint.h>

/* Ask the emulator; by the core. */
int semihost(int operation, const uint32_t *arguments);

/* End the program. */
__attribute__((noreturn)) void leave(uint32_t status);

#define STATUS_FAULT 99

#endif
