#include "inject.h"

#include "hardware.h"

/* Use up the stack; then it is as if the main loop had its turn. */
static void use_up(void)
{
    __asm volatile("1: push __zero_reg__\n\t"
                   "in r24, __SP_L__\n\t"
                   "in r25, __SP_H__\n\t"
                   "ldi r26, hi8(__stack_bottom)\n\t"
                   "cpi r24, lo8(__stack_bottom)\n\t"
                   "cpc r25, r26\n\t"
                   "brsh 1b"
                   :
                   :
                   : "r24", "r25", "r26", "memory");
    hardware_feed();
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
        use_up();
        break;
    case INJECT_CANARY:
        *canary ^= 1u;
        break;
    }
}
