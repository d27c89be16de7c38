/* The device as its clients see it: receives frames, runs the network, replies. */
#ifndef DEVICE_H
#define DEVICE_H

#include <stdint.h>

/* Test the network, and say on the port what this is. */
void device_start(void);

/* Take one byte from the port, and act when it ends a frame. */
void device_receive(uint8_t byte);

/* Send last_fault to the port. */
void device_report_fault(void);

#endif
