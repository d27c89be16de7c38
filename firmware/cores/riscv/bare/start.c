/* A program's start on RISC-V in an emulator. RISC-V Foundation, "RISC-V Semihosting Binary
 * Interface", for the three instructions of a call. */
#include "semihosting.h"

int main(void);
void begin(void);

int semihost(int operation, const uint32_t *arguments)
{
    register int a0 __asm("a0") = operation;
    register const uint32_t *a1 __asm("a1") = arguments;

    __asm volatile(".option push\n\t"
                   ".option norvc\n\t"
                   ".balign 16\n\t" /* all three on one page */
                   "slli x0, x0, 0x1f\n\t"
                   "ebreak\n\t"
                   "srai x0, x0, 7\n\t"
                   ".option pop"
                   : "+r"(a0)
                   : "r"(a1)
                   : "memory");
    return a0;
}

/* At the image's very start, where the machine begins. */
__attribute__((naked, used, section(".vectors"))) static void start(void)
{
    __asm volatile(".option arch, +zicsr\n\t"
                   "la sp, __stack_top\n\t"
                   "la t0, fault\n\t"
                   "csrw mtvec, t0\n\t"
                   "j begin\n");
}

__attribute__((used, aligned(4))) static void fault(void)
{
    leave(STATUS_FAULT);
}

void begin(void)
{
    leave((uint32_t)main());
}
