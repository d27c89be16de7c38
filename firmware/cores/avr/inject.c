#include "inject.h"

#include <avr/interrupt.h>

#include "hardware.h"

static volatile uint8_t sink;

/* For ever; between calls it is as if the main loop had its turn. */
static __attribute__((noinline)) void use_up(uint8_t depth)
{
    volatile uint8_t room[16];

    room[depth & 15] = depth;
    hardware_feed();
    use_up((uint8_t)(depth + 1));
    sink = room[0];
}

void inject(enum injection what, uint32_t *canary)
{
    switch (what) {
    case INJECT_BUS_FAULT: /* an AVR has no such fault: the watchdog finds who does not go on */
        for (;;)
            continue;
    case INJECT_UNDEFINED: /* nor this one: an interrupt that nobody expects */
        __asm volatile("call __vector_default");
        break;
    case INJECT_STACK:
        use_up(0);
        break;
    case INJECT_CANARY:
        *canary ^= 1u;
        break;
    }
}
