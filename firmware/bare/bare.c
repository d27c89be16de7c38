/* A program's start, and its standard input and output, on a Cortex-M in an emulator that offers
 * semihosting. Arm, "Semihosting for AArch32 and AArch64". */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };

extern uint32_t __stack_top[];
int main(void);

static int semihost(int operation, const uint32_t *arguments)
{
    register int r0 __asm("r0") = operation;
    register const uint32_t *r1 __asm("r1") = arguments;

    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

/* The console, opened for reading or writing, whichever `mode` says. */
static uint32_t console(int mode)
{
    static uint32_t handles[8]; /* by mode, 1 more */

    if (handles[mode] == 0) {
        const uint32_t arguments[] = {(uint32_t) ":tt", (uint32_t)mode, 3};
        handles[mode] = (uint32_t)semihost(SYS_OPEN, arguments) + 1;
    }
    return handles[mode] - 1;
}

size_t fread(void *to, size_t size, size_t count, int mode)
{
    uint8_t *place = to;
    uint32_t left = (uint32_t)(size * count);

    while (left > 0) {
        const uint32_t arguments[] = {console(mode), (uint32_t)place, left};
        uint32_t missing = (uint32_t)semihost(SYS_READ, arguments);

        if (missing == left)
            return 0;
        place += left - missing;
        left = missing;
    }
    return count;
}

size_t fwrite(const void *from, size_t size, size_t count, int mode)
{
    const uint32_t arguments[] = {console(mode), (uint32_t)from, (uint32_t)(size * count)};

    semihost(SYS_WRITE, arguments);
    return count;
}

void *memset(void *to, int value, size_t size)
{
    for (volatile uint8_t *byte = to; size > 0; size--)
        *byte++ = (uint8_t)value;
    return to;
}

static void start(void)
{
#if defined(__ARM_FP)
    *(volatile uint32_t *)0xe000ed88u |= 0xfu << 20; /* CPACR: let the FPU be used */
    __asm volatile("dsb\n isb");
#endif
    const uint32_t arguments[] = {0x20026, (uint32_t)main()}; /* ADP_Stopped_ApplicationExit */
    semihost(SYS_EXIT_EXTENDED, arguments);
    for (;;)
        continue;
}

static void fault(void)
{
    const uint32_t arguments[] = {0x20026, 99};
    semihost(SYS_EXIT_EXTENDED, arguments);
    for (;;)
        continue;
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
