/* The network with its memory: tested at boot, guarded by canaries, run on request. */
#ifndef NETWORK_H
#define NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "deployment.h"

/* The network's memory with a word on each side that nobody writes, and what is known of it. */
struct network {
    enum model_status self_test;
    uint32_t test_ticks; /* that the self-test took */
    uint32_t start;      /* of the last run, in ticks */
    uint32_t ticks;      /* that it took */
    uint32_t steps;      /* runs since the sequence began; 0 where nothing is kept between runs */
    uint32_t before;
    struct deployment own;
    uint32_t after;
};

extern struct network network;

/* Set the canaries. */
void network_start(void);

/* Check tables and golden vectors; begins a sequence. */
void network_test(void);

/* Begin a sequence. */
void network_reset(void);

/* Run on what lies in the inputs. `request` is what tells this request from the next: the one that
 * was run last is not run again where that would go on in the sequence; its answer is still there. */
void network_run(uint32_t request);

/* Run on zeros, and leave the sequence at its beginning. */
void network_measure(void);

/* Put the outputs of the last network_run into the frame that has begun. */
void network_put_outputs(void);

/* Whether the canaries are as they were set. */
bool network_intact(void);

#endif
