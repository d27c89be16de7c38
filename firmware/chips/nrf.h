#ifndef NRF_H
#define NRF_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* Start what hardware_ticks counts. */
void nrf_counter_init(void);

#endif
