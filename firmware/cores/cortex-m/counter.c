/* hardware_ticks for cores with SysTick: by the DWT unit's cycle counter where it counts, else by
 * SysTick and an interrupt each 2^24 cycles. Emulators have no DWT. Registers: ARMv7-M
 * Architecture Reference Manual, B3.3 (SysTick), C1.6.5 (DEMCR), C1.8 (DWT). */
#include "counter.h"
#include "hardware.h"

#define SYST_CSR   (*(volatile uint32_t *)0xe000e010u)
#define SYST_RVR   (*(volatile uint32_t *)0xe000e014u)
#define SYST_CVR   (*(volatile uint32_t *)0xe000e018u)
#define DEMCR      (*(volatile uint32_t *)0xe000edfcu)
#define DWT_CTRL   (*(volatile uint32_t *)0xe0001000u)
#define DWT_CYCCNT (*(volatile uint32_t *)0xe0001004u)

#define WRAP (1u << 24)

static volatile uint32_t wraps;
static uint32_t hertz;
static enum hardware_counter counter = COUNTER_SYSTICK;

void systick_handler(void);

void systick_handler(void)
{
    wraps++;
}

#if __ARM_ARCH >= 7 && !defined(MINIMAL)
static int cycles_count(void)
{
    uint32_t before;

    DEMCR |= 1u << 24; /* TRCENA */
    DWT_CYCCNT = 0;
    DWT_CTRL |= 1u; /* CYCCNTENA */
    before = DWT_CYCCNT;
    for (volatile int i = 0; i < 10; i++)
        continue;
    return DWT_CYCCNT != before;
}
#endif

void counter_init(uint32_t clock_hz)
{
    hertz = clock_hz;
#ifndef MINIMAL
#if __ARM_ARCH >= 7
    if (cycles_count()) {
        counter = COUNTER_CYCLES;
        return;
    }
#endif
    SYST_RVR = WRAP - 1;
    SYST_CVR = 0;
    SYST_CSR = 7; /* the core's clock, interrupt, enable */
#endif
}

uint32_t hardware_ticks(void)
{
    uint32_t high, low;

    if (counter == COUNTER_CYCLES)
        return DWT_CYCCNT;
    do {
        high = wraps;
        low = (0u - SYST_CVR) & (WRAP - 1); /* at 0 the interrupt has come already */
    } while (high != wraps); /* it wrapped in between */
    return high * WRAP + low;
}

enum hardware_counter hardware_counter(void)
{
    return counter;
}

uint32_t hardware_ticks_hz(void)
{
    return hertz;
}
