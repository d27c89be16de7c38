/* A program's start on a Cortex-M in an emulator. */
#include "semihosting.h"

extern uint32_t __stack_top[];
int main(void);

int semihost(int operation, const uint32_t *arguments)
{
    register int r0 __asm("r0") = operation;
    register const uint32_t *r1 __asm("r1") = arguments;

    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static void start(void)
{
#if defined(__ARM_FP)
    *(volatile uint32_t *)0xe000ed88u |= 0xfu << 20; /* CPACR: let the FPU be used */
    __asm volatile("dsb\n isb");
#endif
    leave((uint32_t)main());
}

static void fault(void)
{
    leave(STATUS_FAULT);
}

/* SysTick's interrupt, for a program that counts its rounds. */
void systick(void);
__attribute__((weak)) void systick(void)
{
    fault();
}

typedef void (*handler)(void);
__attribute__((section(".vectors"), used)) static const handler vectors[16] = {
    (handler)__stack_top, start, fault, fault, fault, fault, fault, fault,
    fault, fault, fault, fault, fault, fault, fault, systick};
