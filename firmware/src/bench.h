/* Measures the network, and what a tick is. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>

/* Run the network `runs` times on zeros, and two loops of known length. */
void bench_run(uint32_t runs);

/* Put what bench_run measured into the frame that has begun. */
void bench_put(void);

#endif
