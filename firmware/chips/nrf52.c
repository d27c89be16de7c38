/* nRF52: the core's own counters, at 64 MHz. */
#include "counter.h"
#include "nrf.h"

void nrf_counter_init(void)
{
    counter_init(64000000u);
}
