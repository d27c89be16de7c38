/* From reset to main in a minimal image, in place of avr-libc's start-up code, whose table of vectors
 * is longer: no interrupt is ever enabled. libgcc's code for .data and .bss comes in between, in
 * section .init4, where there is any. */
#include <avr/io.h>

void vector(void);
void begin(void);
void leave(void);

__attribute__((naked, used, section(".vectors"))) void vector(void)
{
    __asm volatile("jmp begin");
}

__attribute__((naked, used, section(".init2"))) void begin(void)
{
    __asm volatile("clr __zero_reg__\n\t"
                   "out __SREG__, __zero_reg__\n\t"
                   "ldi r28, lo8(%0)\n\t"
                   "ldi r29, hi8(%0)\n\t"
                   "out __SP_H__, r29\n\t"
                   "out __SP_L__, r28"
                   :
                   : "n"(RAMEND));
}

__attribute__((naked, used, section(".init9"))) void leave(void)
{
    __asm volatile("jmp main");
}
