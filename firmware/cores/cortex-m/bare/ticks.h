/* The ticks of SysTick behind each of STEPS operators; main.c defines STEPS and includes this. */
#ifndef BARE_TICKS_H
#define BARE_TICKS_H

#include <stdint.h>

#define SYST_CSR (*(volatile uint32_t *)0xe000e010u)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014u)
#define SYST_CVR (*(volatile uint32_t *)0xe000e018u)

static uint64_t ticks[STEPS + 1];
static volatile uint32_t rounds; /* of the counter, which has 24 bits */

void systick(void);
void systick(void)
{
    rounds++;
}

/* The hook behind operator `number`. */
void count_after(int number)
{
    uint32_t before, now;

    do {
        before = rounds;
        now = SYST_CVR;
    } while (before != rounds);
    ticks[number + 1] = ((uint64_t)before << 24) + (-now & 0xffffffu); /* it counts down from 0 */
}

static void ticks_start(void)
{
    rounds = 0;
    SYST_RVR = 0xffffffu;
    SYST_CVR = 0;
    SYST_CSR = 7; /* the core's clock, an interrupt at the end of each round */
    count_after(-1);
}

static void ticks_stop(void)
{
    SYST_CSR = 0;
}

#endif
