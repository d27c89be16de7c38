#ifndef COUNTER_H
#define COUNTER_H

#include <stdint.h>

/* Start counting; the core runs at clock_hz. */
void counter_init(uint32_t clock_hz);

#endif
