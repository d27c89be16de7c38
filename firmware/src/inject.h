/* Breaks the firmware on request. Only in images that tests build, with FAULT_INJECTION. */
#ifndef INJECT_H
#define INJECT_H

#include <stdint.h>

enum { FRAME_INJECT = 0x70 }; /* a request: an injection, 1 byte */

enum injection {
    INJECT_BUS_FAULT = 1, /* read where nothing is */
    INJECT_UNDEFINED = 2, /* execute an undefined instruction */
    INJECT_STACK = 3,     /* use up the stack */
    INJECT_CANARY = 4     /* write over the arena's canary */
};

void inject(enum injection what, uint32_t *canary);

#endif
