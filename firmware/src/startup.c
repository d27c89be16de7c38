/* From reset to main, and what happens when the core stops. The same for every Cortex-M. */
#include <stdbool.h>

#include "device.h"
#include "hardware.h"
#include "memory.h"

int main(void);
void reset_handler(void);
void fault_handler(void);
void fault_report(const uint32_t *frame, uint32_t exception);
void systick_handler(void);

__attribute__((section(".noinit"))) struct fault_record last_fault;
/* FAULT_MAGIC when this firmware painted the stack. */
__attribute__((section(".noinit"))) static uint32_t stack_painted;

/* Where the fault handler works: the stack may be what failed. */
__attribute__((used)) uint32_t fault_stack[64];

typedef void (*handler)(void);

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

static void fill(volatile uint32_t *from, const volatile uint32_t *to, uint32_t value)
{
    while (from < to)
        *from++ = value;
}

/* A new record of a fault, all zeros but its cause. */
static void record_fault(enum fault_cause cause)
{
    fill(&last_fault.magic, (const volatile uint32_t *)(&last_fault + 1), 0);
    last_fault.cause = cause;
    last_fault.magic = FAULT_MAGIC;
}

/* Note a stack that the run before used to its end, without the core being able to say so. */
static void remember_overflow(void)
{
    bool overflow = stack_painted == FAULT_MAGIC && *__stack_bottom != STACK_PAINT;

    if (overflow && last_fault.magic != FAULT_MAGIC)
        record_fault(FAULT_STACK);
}

/* Runs on the very stack that it paints, so it leaves what lies above its own frame. */
static void paint_stack(void)
{
    fill(__stack_bottom, (volatile uint32_t *)__builtin_frame_address(0) - 16, STACK_PAINT);
    stack_painted = FAULT_MAGIC;
}

uint32_t stack_used(void)
{
    const volatile uint32_t *word = __stack_bottom;

    while (word < __stack_top && *word == STACK_PAINT)
        word++;
    return (uint32_t)((uintptr_t)__stack_top - (uintptr_t)word);
}

#define SCB_VTOR  ((volatile uint32_t *)0xe000ed08u)
#define SCB_CPACR ((volatile uint32_t *)0xe000ed88u)
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
    const volatile uint32_t *from = __data_load;

    for (volatile uint32_t *to = __data_start; to < __data_end; to++)
        *to = *from++;
    fill(__bss_start, __bss_end, 0);
    remember_overflow();
    paint_stack();
#if defined(__ARM_FP)
    *SCB_CPACR |= 0xfu << 20; /* let the floating-point unit be used */
    __asm volatile("dsb\n isb");
#endif
#if __ARM_ARCH >= 7
    *SCB_VTOR = (uint32_t)(uintptr_t)vectors; /* a bootloader may have left its own there */
#endif
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
    last_fault.cfsr = *SCB_CFSR;
    last_fault.hfsr = *SCB_HFSR;
    last_fault.mmfar = *SCB_MMFAR;
    last_fault.bfar = *SCB_BFAR;
#endif
}

static void read_frame(const uint32_t *frame)
{
    last_fault.r0 = frame[0];
    last_fault.r1 = frame[1];
    last_fault.r2 = frame[2];
    last_fault.r3 = frame[3];
    last_fault.r12 = frame[4];
    last_fault.lr = frame[5];
    last_fault.pc = frame[6];
    last_fault.xpsr = frame[7];
}

/* `frame` is what the core stacked: r0 to r3, r12, lr, pc, xpsr; nothing if there was no room. */
void fault_report(const uint32_t *frame, uint32_t exception)
{
    bool expected = exception >= 3 && exception <= 7; /* HardFault and its finer kinds */

    record_fault(expected ? FAULT_HARD : FAULT_OTHER);
    read_fault_status();
    last_fault.sp = (uint32_t)(uintptr_t)frame;
    if (frame < __stack_bottom || *__stack_bottom != STACK_PAINT || last_fault.cfsr & CFSR_STKOF)
        last_fault.cause = FAULT_STACK;
    else if (frame + 8 <= __stack_top)
        read_frame(frame);
    device_report_fault();
    for (;;)
        continue; /* the watchdog, where there is one, resets the chip */
}
