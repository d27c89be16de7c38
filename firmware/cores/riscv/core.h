/* What the firmware has to know of a RISC-V. */
#ifndef CORE_H
#define CORE_H

#include <stdint.h>

#define CORE_NUMBER 1u /* as in core.toml */

/* What a fault leaves, by the names in core.toml. */
enum core_register {
    CORE_MCAUSE,
    CORE_MEPC,
    CORE_MTVAL,
    CORE_MSTATUS,
    CORE_SP,
    CORE_RA, /* and what lies behind it in the trap's frame: a0 to a5 */
    CORE_REGISTERS = CORE_RA + 7
};

/* Control and status registers, which compilers take for an extension of their own. */
#define CORE_WITH_CSR(text) ".option push\n.option arch, +zicsr\n" text "\n.option pop\n"

#define CORE_READ(csr, to) __asm volatile(CORE_WITH_CSR("csrr %0, " #csr) : "=r"(to))

/* A loop of 2 * iterations instructions. */
static inline void core_loop(uint32_t iterations)
{
    __asm volatile("1: addi %0, %0, -1\n bnez %0, 1b" : "+r"(iterations));
}

#endif
