#include "inject.h"

static volatile uint32_t sink;

void inject(enum injection what, uint32_t *canary)
{
    switch (what) {
    case INJECT_BUS_FAULT:
        sink = *(volatile uint32_t *)0xe8000000u; /* nothing is there on any board */
        break;
    case INJECT_UNDEFINED:
        __asm volatile("unimp");
        break;
    case INJECT_STACK:
        __asm volatile("1: addi sp, sp, -16\n sw ra, 0(sp)\n j 1b"); /* for ever */
        break;
    case INJECT_CANARY:
        *canary ^= 1u;
        break;
    }
}
