/* Cycles behind each of STEPS operators; main.c defines STEPS and includes this. An emulator that
 * counts gives each instruction the same. */
#ifndef BARE_TICKS_H
#define BARE_TICKS_H

#include <stdint.h>

static uint64_t ticks[STEPS + 1];

static uint64_t cycles(void)
{
    uint32_t high, low, again;

    do
        __asm volatile(".option push\n\t"
                       ".option arch, +zicsr\n\t"
                       "csrr %0, mcycleh\n\tcsrr %1, mcycle\n\tcsrr %2, mcycleh\n\t"
                       ".option pop"
                       : "=r"(high), "=r"(low), "=r"(again));
    while (high != again);
    return (uint64_t)high << 32 | low;
}

/* The hook behind operator `number`. */
void count_after(int number)
{
    ticks[number + 1] = cycles();
}

static void ticks_start(void)
{
    count_after(-1);
}

static void ticks_stop(void)
{
}

#endif
