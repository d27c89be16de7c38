/* Marks behind each of STEPS operators: main.c defines STEPS and includes this. plugin/steps.c counts
 * the instructions up to each call of count_after. */
#ifndef PHONE_TICKS_H
#define PHONE_TICKS_H

#include <stdint.h>

static uint64_t ticks[STEPS + 1]; /* how often each was reached */

/* The hook behind operator `number`: a function, wherever it is called from. */
__attribute__((noipa)) void count_after(int number)
{
    ticks[number + 1]++;
}

static void ticks_start(void)
{
    count_after(-1);
}

static void ticks_stop(void)
{
}

#endif
