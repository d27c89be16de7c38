/* What the linker script knows, and what survives a reset. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdint.h>

extern uint32_t __stack_bottom[], __stack_top[];
extern uint32_t __data_start[], __data_end[], __data_load[];
extern uint32_t __bss_start[], __bss_end[];

#define STACK_PAINT 0xa5a5a5a5u

/* Bytes of stack that have been used since the reset, at most. */
uint32_t stack_used(void);

enum fault_cause {
    FAULT_NONE = 0,
    FAULT_HARD = 1,  /* the core stopped at an access or an instruction */
    FAULT_STACK = 2, /* the stack was used to its end */
    FAULT_OTHER = 3  /* an exception that nobody expects */
};

/* Registers as they were at a fault; zero where they could not be read. */
struct fault_record {
    uint32_t magic; /* FAULT_MAGIC when the rest is valid */
    uint32_t cause; /* enum fault_cause */
    uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr, sp;
    uint32_t cfsr, hfsr, mmfar, bfar; /* of the system control block; zero on a Cortex-M0 */
};

#define FAULT_MAGIC 0x4641554cu
#define FAULT_WORDS 14u /* those after the magic */

/* The last fault. Lies in memory that a reset leaves alone. */
extern struct fault_record last_fault;

#endif
