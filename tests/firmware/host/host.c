/* The firmware's own protocol.c and device.c on this machine, for tests under sanitizers. */
#include <stdio.h>

#include "device.h"
#include "hardware.h"
#include "memory.h"

uint32_t __stack_bottom[1], __stack_top[1];
struct fault_record last_fault;

uint32_t stack_used(void)
{
    return 0;
}

void hardware_init(void)
{
}

int32_t hardware_read(void)
{
    return getchar();
}

void hardware_write(uint8_t byte)
{
    putchar(byte);
}

void hardware_feed(void)
{
}

uint32_t hardware_ticks(void)
{
    return 0;
}

enum hardware_counter hardware_counter(void)
{
    return COUNTER_TIMER;
}

uint32_t hardware_ticks_hz(void)
{
    return 1;
}

int main(void)
{
    int32_t byte;

    device_start();
    while ((byte = hardware_read()) >= 0)
        device_receive((uint8_t)byte);
    return 0;
}
