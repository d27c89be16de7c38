/* What the firmware has to know of a Cortex-M. */
#ifndef CORE_H
#define CORE_H

#include <stdint.h>

#define CORE_NUMBER 0u /* as in core.toml */

/* What a fault leaves, by the names in core.toml; zero where it could not be read. The last four are
 * of the system control block, which a Cortex-M0 has not. */
enum core_register {
    CORE_R0,
    CORE_R1,
    CORE_R2,
    CORE_R3,
    CORE_R12,
    CORE_LR,
    CORE_PC,
    CORE_XPSR,
    CORE_SP,
    CORE_CFSR,
    CORE_HFSR,
    CORE_MMFAR,
    CORE_BFAR,
    CORE_REGISTERS
};

/* A loop of 2 * iterations instructions. */
static inline void core_loop(uint32_t iterations)
{
    __asm volatile(".syntax unified\n1: subs %0, %0, #1\n bne 1b" : "+l"(iterations) : : "cc");
}

#endif
