/* What an image for a small core says over its UART, and where its constants may lie. */
#ifndef UART_H
#define UART_H

#include <stdint.h>

#if defined(__AVR__)
#include <avr/pgmspace.h>
#define IN_FLASH PROGMEM
#define FLASH_BYTE(p) pgm_read_byte(p)
#else
#define IN_FLASH
#define FLASH_BYTE(p) (*(p))
#endif

void begin(void);
void put(char c);
/* Bytes, two digits each. */
void hex(const void *of, uint16_t size);
/* Say that this is all, and stop. */
void end(void) __attribute__((noreturn));

#endif
