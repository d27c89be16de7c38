#ifndef COUNTER_H
#define COUNTER_H

#include <stdint.h>

/* Say what the core runs at; it counts its cycles since the reset. */
void counter_init(uint32_t clock_hz);

#endif
