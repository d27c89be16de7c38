#include "profile.h"

#include "hardware.h"
#include "network.h"
#include "protocol.h"

static uint32_t profile_ticks[PROFILE_MOST];

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

void profile_put(void)
{
    uint32_t before = network.start;

    for (uint32_t i = 0; i < PROFILE_MOST; i++) {
        protocol_put_u32(profile_ticks[i] == 0 ? 0 : profile_ticks[i] - before);
        before = profile_ticks[i];
    }
}
