/* nRF51: its Cortex-M0 has no SysTick, so TIMER0 counts, at the core's 16 MHz. Nordic nRF51 Series
 * Reference Manual 3.0, 18 (TIMER). */
#include "hardware.h"
#include "nrf.h"

#define TIMER0_TASKS_START    REGISTER(0x40008000u)
#define TIMER0_TASKS_CAPTURE0 REGISTER(0x40008040u)
#define TIMER0_BITMODE        REGISTER(0x40008508u)
#define TIMER0_PRESCALER      REGISTER(0x40008510u)
#define TIMER0_CC0            REGISTER(0x40008540u)

void nrf_counter_init(void)
{
    TIMER0_BITMODE = 3u; /* 32 bits */
    TIMER0_PRESCALER = 0u;
    TIMER0_TASKS_START = 1u;
}

uint32_t hardware_ticks(void)
{
    TIMER0_TASKS_CAPTURE0 = 1u;
    return TIMER0_CC0;
}

enum hardware_counter hardware_counter(void)
{
    return COUNTER_TIMER;
}

uint32_t hardware_ticks_hz(void)
{
    return 16000000u;
}

/* The vector table names it; it never comes. */
void systick_handler(void);

void systick_handler(void)
{
}
