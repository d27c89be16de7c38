#include "bench.h"

#include "core.h"
#include "hardware.h"
#include "network.h"
#include "protocol.h"

/* In ticks, as it is sent: little-endian, as all the cores are. */
static struct {
    uint32_t loops[2]; /* of 2,000 and 4,000 instructions, and the few around them */
    uint32_t least, most;
    uint64_t sum;
} measured;

static uint32_t known_loop(uint32_t iterations)
{
    uint32_t start = hardware_ticks();

    core_loop(iterations);
    return hardware_ticks() - start;
}

void bench_run(uint32_t runs)
{
    measured.loops[0] = known_loop(1000);
    measured.loops[1] = known_loop(2000);
    measured.least = UINT32_MAX;
    measured.most = 0;
    measured.sum = 0;
    for (; runs > 0; runs--) {
        network_measure();
        measured.least = network.ticks < measured.least ? network.ticks : measured.least;
        measured.most = network.ticks > measured.most ? network.ticks : measured.most;
        measured.sum += network.ticks;
        hardware_feed();
    }
}

void bench_put(void)
{
    protocol_put_bytes(&measured, sizeof measured);
}
