/* Around main on every AVR: why the chip was reset, the stack, and what happens at an interrupt
 * that nobody expects, a watchdog that was not fed, a stack at its end. An AVR has no faults of its
 * own: it executes whatever it meets. avr-libc's sections .init3 and .init8 run before and after
 * .data and .bss are made. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/wdt.h>

#include "device.h"
#include "hardware.h"
#include "memory.h"

__attribute__((section(".noinit"))) static uint8_t reset_cause;

bool core_is_stopped;

void before_data(void);
void before_main(void);
void stopped(enum fault_cause cause, uint16_t pc, uint16_t sp);

/* A watchdog goes on after the reset that it made, and soon makes another. */
__attribute__((naked, used, section(".init3"))) void before_data(void)
{
    reset_cause = MCUSR;
    MCUSR = 0;
    wdt_disable();
}

__attribute__((naked, used, section(".init8"))) void before_main(void)
{
    stack_start();
}

/* Report, from a stack that works. */
__attribute__((noreturn, used)) void stopped(enum fault_cause cause, uint16_t pc, uint16_t sp)
{
    core_is_stopped = true;
    wdt_enable(WDTO_1S); /* without its interrupt, which would have to come before a reset */
    fault_begin(cause);
    last_fault.registers[CORE_PC] = 2 * (uint32_t)pc;
    last_fault.registers[CORE_SP] = sp;
    last_fault.registers[CORE_MCUSR] = reset_cause;
    device_report_fault();
    for (;;)
        continue; /* the watchdog resets the chip */
}

/* Where an interrupt came, in words: what the core stacked lies highest byte first. */
#if defined(__AVR_3_BYTE_PC__)
#define STACKED_PC "pop r18\n\tpop r23\n\tpop r22\n\t"
#else
#define STACKED_PC "pop r23\n\tpop r22\n\t"
#endif

#define STOP(cause)                                                               \
    __asm volatile("cli\n\t"                                                      \
                   "clr r1\n\t" STACKED_PC                                        \
                   "in r20, __SP_L__\n\t"                                         \
                   "in r21, __SP_H__\n\t"                                         \
                   "ldi r24, lo8(__stack)\n\t"                                    \
                   "out __SP_L__, r24\n\t"                                        \
                   "ldi r24, hi8(__stack)\n\t"                                    \
                   "out __SP_H__, r24\n\t"                                        \
                   "ldi r24, %0\n\t"                                              \
                   "ldi r25, 0\n\t"                                               \
                   "jmp stopped"                                                  \
                   :                                                              \
                   : "n"(cause))

ISR(BADISR_vect, ISR_NAKED)
{
    STOP(FAULT_OTHER);
}

/* The watchdog's first time-out; at the next it resets the chip. */
ISR(WDT_vect, ISR_NAKED)
{
    STOP(FAULT_WATCHDOG);
}

__attribute__((naked, noinline)) void core_stack_is_used(void)
{
    STOP(FAULT_STACK);
    __builtin_unreachable();
}
