/* hardware_ticks by mcycle. The RISC-V Instruction Set Manual, Volume II, 3.1.10. */
#include "counter.h"

#include "core.h"
#include "hardware.h"

static uint32_t hertz;

void counter_init(uint32_t clock_hz)
{
    hertz = clock_hz;
}

uint32_t hardware_ticks(void)
{
    uint32_t cycles;

    CORE_READ(mcycle, cycles);
    return cycles;
}

enum hardware_counter hardware_counter(void)
{
    return COUNTER_CYCLES;
}

uint32_t hardware_ticks_hz(void)
{
    return hertz;
}
