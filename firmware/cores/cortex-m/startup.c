/* From reset to main, and what happens when the core stops. The same for every Cortex-M. */
#include <stdbool.h>

#include "device.h"
#include "hardware.h"
#include "memory.h"
#include "start.h"

int main(void);
void reset_handler(void);
void fault_handler(void);
void fault_report(const uint32_t *frame, uint32_t exception);
void systick_handler(void);

/* Where the fault handler works: the stack may be what failed. */
__attribute__((used)) uint32_t fault_stack[64];

/* ARMv6-M and ARMv7-M Architecture Reference Manuals, B1.5: initial stack pointer, then the
 * handlers of exceptions 1 to 15. No interrupt of the chip is ever enabled. */
__attribute__((section(".vectors"), used)) static const handler vectors[16] = {
    (handler)(uintptr_t)__stack_top,
    reset_handler,
    fault_handler,   /* NMI */
    fault_handler,   /* HardFault; the next four are its finer kinds, not enabled */
    fault_handler,   /* MemManage */
    fault_handler,   /* BusFault */
    fault_handler,   /* UsageFault */
    fault_handler,   /* SecureFault */
    fault_handler,   /* reserved */
    fault_handler,   /* reserved */
    fault_handler,   /* reserved */
    fault_handler,   /* SVCall */
    fault_handler,   /* DebugMonitor */
    fault_handler,   /* reserved */
    fault_handler,   /* PendSV */
    systick_handler, /* SysTick */
};

#define SCB_CFSR  ((volatile const uint32_t *)0xe000ed28u)
#define SCB_HFSR  ((volatile const uint32_t *)0xe000ed2cu)
#define SCB_MMFAR ((volatile const uint32_t *)0xe000ed34u)
#define SCB_BFAR  ((volatile const uint32_t *)0xe000ed38u)
#define MPU_TYPE  ((volatile const uint32_t *)0xe000ed90u)
#define MPU_CTRL  ((volatile uint32_t *)0xe000ed94u)
#define MPU_RNR   ((volatile uint32_t *)0xe000ed98u)
#define MPU_RBAR  ((volatile uint32_t *)0xe000ed9cu)
#define MPU_RASR  ((volatile uint32_t *)0xe000eda0u)

#define CFSR_STKOF (1u << 20)

/* Let the core stop where the stack ends, if nothing else would: by the stack limit of ARMv8-M, or
 * by a protected kilobyte below RAM where there is a memory protection unit. */
static void guard_stack(void)
{
#if __ARM_ARCH >= 8
    __asm volatile("msr msplim, %0" : : "r"(__stack_bottom));
#else
    if (*MPU_TYPE == 0)
        return;
    *MPU_RNR = 0;
    *MPU_RBAR = (uint32_t)(uintptr_t)__stack_bottom - 1024u;
    *MPU_RASR = 1u << 28 | 9u << 1 | 1u; /* XN, no access, 2^(9 + 1) bytes, enable */
    *MPU_CTRL = 1u << 2 | 1u;            /* all else as without an MPU; not in fault handlers */
#endif
}

void reset_handler(void)
{
    memory_start();
    stack_start();
    core_start(vectors);
    guard_stack();
    main();
    for (;;)
        continue;
}

/* Moves to a stack that works, and reports from there. */
__attribute__((naked)) void fault_handler(void)
{
    __asm volatile("mrs r0, msp\n"
                   "mrs r1, ipsr\n"
#if __ARM_ARCH >= 8
                   "movs r2, #0\n"
                   "msr msplim, r2\n"
#endif
                   "ldr r2, =fault_stack + 256\n"
                   "mov sp, r2\n"
                   "ldr r2, =fault_report\n"
                   "bx r2\n");
}

static void read_fault_status(void)
{
#if __ARM_ARCH >= 7
    last_fault.registers[CORE_CFSR] = *SCB_CFSR;
    last_fault.registers[CORE_HFSR] = *SCB_HFSR;
    last_fault.registers[CORE_MMFAR] = *SCB_MMFAR;
    last_fault.registers[CORE_BFAR] = *SCB_BFAR;
#endif
}

enum { STACKED = CORE_XPSR + 1 }; /* words that the core stacks: r0 to r3, r12, lr, pc, xpsr */

/* `frame` is what the core stacked; nothing if there was no room. */
void fault_report(const uint32_t *frame, uint32_t exception)
{
    bool expected = exception >= 3 && exception <= 7; /* HardFault and its finer kinds */

    fault_begin(expected ? FAULT_HARD : FAULT_OTHER);
    read_fault_status();
    last_fault.registers[CORE_SP] = (uint32_t)(uintptr_t)frame;
    if (frame < __stack_bottom || !stack_is_left() || last_fault.registers[CORE_CFSR] & CFSR_STKOF)
        last_fault.cause = FAULT_STACK;
    else if (frame + STACKED <= __stack_top)
        for (int i = 0; i < STACKED; i++)
            last_fault.registers[CORE_R0 + i] = frame[i];
    device_report_fault();
    for (;;)
        continue; /* the watchdog, where there is one, resets the chip */
}
