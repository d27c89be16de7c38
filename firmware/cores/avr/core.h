/* What the firmware has to know of an AVR. */
#ifndef CORE_H
#define CORE_H

#include <stdbool.h>
#include <stdint.h>

#define CORE_NUMBER 2u /* as in core.toml */

/* What a fault leaves, by the names in core.toml; zero where it could not be read. */
enum core_register {
    CORE_PC, /* of the code that was stopped, in bytes */
    CORE_SP,
    CORE_MCUSR, /* why the chip was last reset: its register of that name */
    CORE_REGISTERS
};

/* Constants that stay in flash, for text: an AVR would copy others to RAM. */
#define CORE_FLASH const __flash

/* A loop of 2 * iterations cycles, for an even number of them: simavr counts cycles. */
static inline void core_loop(uint32_t iterations)
{
    uint16_t left = (uint16_t)iterations / 2;

    __asm volatile("1: sbiw %0, 1\n\t"
                   "brne 1b"
                   : "+w"(left));
}

/* Whether a fault is being reported, or has been. */
extern bool core_is_stopped;

/* The stack was used to its end: report that, and wait for the watchdog. */
void core_stack_is_used(void) __attribute__((noreturn));

#endif
