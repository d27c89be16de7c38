/* From reset to main, and what happens when the core stops. The same for every 32-bit RISC-V in
 * machine mode. The RISC-V Instruction Set Manual, Volume II, 3.1 (registers) and 3.7 (PMP). */
#include <stdbool.h>

#include "device.h"
#include "hardware.h"
#include "memory.h"

int main(void);
void reset(void);
void begin(void);
void trap(void);
void fault_report(const uint32_t *frame);

/* Where a trap works: the stack may be what failed. */
__attribute__((used, aligned(16))) uint32_t fault_stack[64];

/* At the image's start, where the core begins; some see flash at another address at first. */
__attribute__((naked, used, section(".vectors"))) void reset(void)
{
    __asm volatile(CORE_WITH_CSR("lui t0, %hi(1f)\n"
                                 "jalr x0, %lo(1f)(t0)\n"
                                 "1: csrw mie, x0\n"
                                 "la sp, __stack_top\n"
                                 "la t0, trap\n"
                                 "csrw mtvec, t0\n"
                                 "j begin\n"));
}

/* Let the core stop where the stack ends: by a protected kilobyte below RAM, where the core has
 * physical memory protection. Where it has not, writing its registers traps, and that is all. */
static void guard_stack(void)
{
    uint32_t place = ((uint32_t)(uintptr_t)__stack_bottom - 1024u) >> 2 | 0x7fu; /* 2^(7 + 3) bytes */
    uint32_t locked = 1u << 7 | 3u << 3; /* in machine mode too; NAPOT; no access */

    __asm volatile(CORE_WITH_CSR("la t0, 1f\n"
                                 "csrrw t0, mtvec, t0\n"
                                 "csrw pmpaddr0, %0\n"
                                 "csrw pmpcfg0, %1\n"
                                 ".balign 64\n"
                                 "1: csrw mtvec, t0\n")
                   :
                   : "r"(place), "r"(locked)
                   : "t0", "memory");
}

void begin(void)
{
    memory_start();
    stack_start();
    guard_stack();
    main();
    for (;;)
        continue;
}

/* Moves to a stack that works, and reports from there. */
__attribute__((naked, used, aligned(64))) void trap(void)
{
    __asm volatile(CORE_WITH_CSR("csrw mscratch, sp\n"
                                 "la sp, fault_stack + 224\n"
                                 "sw ra, 0(sp)\n"
                                 "sw a0, 4(sp)\n"
                                 "sw a1, 8(sp)\n"
                                 "sw a2, 12(sp)\n"
                                 "sw a3, 16(sp)\n"
                                 "sw a4, 20(sp)\n"
                                 "sw a5, 24(sp)\n"
                                 "mv a0, sp\n"
                                 "j fault_report\n"));
}

enum { FIRST_CALL = 8 }; /* of the causes: those below are of accesses and instructions */

void fault_report(const uint32_t *frame)
{
    uint32_t cause, sp, *registers = last_fault.registers;

    CORE_READ(mcause, cause);
    CORE_READ(mscratch, sp);
    fault_begin(cause < FIRST_CALL ? FAULT_HARD : FAULT_OTHER);
    if (sp < (uint32_t)(uintptr_t)__stack_bottom || !stack_is_left())
        last_fault.cause = FAULT_STACK;
    registers[CORE_MCAUSE] = cause;
    registers[CORE_SP] = sp;
    CORE_READ(mepc, registers[CORE_MEPC]);
    CORE_READ(mtval, registers[CORE_MTVAL]);
    CORE_READ(mstatus, registers[CORE_MSTATUS]);
    for (int i = CORE_RA; i < CORE_REGISTERS; i++)
        registers[i] = frame[i - CORE_RA];
    device_report_fault();
    for (;;)
        continue; /* the watchdog, where there is one, resets the chip */
}
