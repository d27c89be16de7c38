/* What the STM32 families here have in common: USART1, the independent watchdog, waiting. */
#ifndef STM32_H
#define STM32_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* Start USART1 at 115,200 baud from its clock, and the watchdog. */
void stm32_start(uint32_t usart_clock_hz);

/* Wait until (reg & mask) == value; gives up after a while and returns 0. */
int stm32_wait(volatile uint32_t *reg, uint32_t mask, uint32_t value);

#endif
