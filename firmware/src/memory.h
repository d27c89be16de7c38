/* What the linker script knows, and what survives a reset. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "core.h"

#if !defined(CORE_FLASH)
#define CORE_FLASH const /* constants that stay in flash, where others would not */
#endif

extern uint32_t __stack_bottom[], __stack_top[];
extern uint32_t __data_start[], __data_end[], __data_load[];
extern uint32_t __bss_start[], __bss_end[];

/* Fill .data and .bss, for a core that has no C library to do it. */
void memory_start(void);

/* Note a stack that the run before used to its end without a fault, and paint it anew. Runs on the
 * very stack, close to its top. */
void stack_start(void);

/* Bytes of stack that have been used since the reset, at most. */
uint32_t stack_used(void);

/* Whether the last word of the stack is as it was painted. */
bool stack_is_left(void);

enum fault_cause {
    FAULT_NONE = 0,
    FAULT_HARD = 1,  /* the core stopped at an access or an instruction */
    FAULT_STACK = 2, /* the stack was used to its end */
    FAULT_OTHER = 3, /* an exception that nobody expects */
    FAULT_WATCHDOG = 4 /* nobody fed the watchdog */
};

struct fault_record {
    uint32_t magic; /* FAULT_MAGIC when the rest is valid */
    uint32_t cause; /* enum fault_cause */
    uint32_t registers[CORE_REGISTERS];
};

#define FAULT_MAGIC 0x4641554cu

/* The last fault. Lies in memory that a reset leaves alone. */
extern struct fault_record last_fault;

/* Begin a record of a fault, all zeros but its cause. */
void fault_begin(enum fault_cause cause);

#endif
