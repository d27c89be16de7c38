/* From reset to main in a minimal image. No interrupt is ever enabled, and a trap stops the core. */
#include "memory.h"

int main(void);
void reset(void);
void begin(void);
void stop(void);

/* At the image's start, where the core begins; some see flash at another address at first. */
__attribute__((naked, used, section(".vectors"))) void reset(void)
{
    __asm volatile(CORE_WITH_CSR("lui t0, %hi(1f)\n"
                                 "jalr x0, %lo(1f)(t0)\n"
                                 "1: csrw mie, x0\n"
                                 "la sp, __stack_top\n"
                                 "la t0, stop\n"
                                 "csrw mtvec, t0\n"
                                 "j begin\n"));
}

void begin(void)
{
    memory_start();
    main();
}

__attribute__((used, aligned(64))) void stop(void)
{
    for (;;)
        continue;
}
