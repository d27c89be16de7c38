/* This machine as a core, for tests: one whose faults leave nothing. */
#ifndef CORE_H
#define CORE_H

#include <stdint.h>

#define CORE_NUMBER    255u
#define CORE_REGISTERS 1

static inline void core_loop(uint32_t iterations)
{
    (void)iterations;
}

#endif
