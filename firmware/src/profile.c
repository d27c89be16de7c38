#include "profile.h"

#include "hardware.h"

uint32_t profile_ticks[PROFILE_MOST];

void profile_clear(void)
{
    for (uint32_t i = 0; i < PROFILE_MOST; i++)
        profile_ticks[i] = 0;
}

void profile_after(uint32_t number)
{
    if (number < PROFILE_MOST)
        profile_ticks[number] = hardware_ticks();
    hardware_feed();
}
