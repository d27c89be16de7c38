/* What every image does with the core before main. ARMv7-M Architecture Reference Manual, B3.2. */
#ifndef START_H
#define START_H

#include <stdint.h>

#define SCB_VTOR  ((volatile uint32_t *)0xe000ed08u)
#define SCB_CPACR ((volatile uint32_t *)0xe000ed88u)

typedef void (*handler)(void);

static inline void core_start(const handler *vectors)
{
#if defined(__ARM_FP)
    *SCB_CPACR |= 0xfu << 20; /* let the floating-point unit be used */
    __asm volatile("dsb\n isb");
#endif
#if __ARM_ARCH >= 7
    *SCB_VTOR = (uint32_t)(uintptr_t)vectors; /* a bootloader may have left its own there */
#else
    (void)vectors;
#endif
}

#endif
