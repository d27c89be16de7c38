/* What the firmware needs of a chip. One file in chips/ implements it for each family. */
#ifndef HARDWARE_H
#define HARDWARE_H

#include <stdint.h>

/* Bring up clocks, the serial port (115,200 baud, 8N1) and the watchdog. A clock that does not
 * start is given up, and the chip goes on with the one it woke up with. */
void hardware_init(void);

/* The next byte from the serial port, or -1 while none has arrived. */
int32_t hardware_read(void);

/* Send a byte; waits until the port takes it. */
void hardware_write(uint8_t byte);

/* Tell the watchdog that all is well; without it, the chip is reset after 8 seconds or more. */
void hardware_feed(void);

/* A counter that runs at the core's speed or near it, for measuring. Wraps around after 2^32. */
uint32_t hardware_ticks(void);

/* What hardware_ticks counts. */
enum hardware_counter {
    COUNTER_CYCLES = 0,  /* the core's cycles, by its own counter */
    COUNTER_SYSTICK = 1, /* the core's cycles, by a timer beside it */
    COUNTER_TIMER = 2    /* ticks of a timer of the chip */
};
enum hardware_counter hardware_counter(void);

/* How often hardware_ticks counts in a second. */
uint32_t hardware_ticks_hz(void);

#endif
