/* Where the payload of a request goes while it arrives: into the network's inputs themselves. What
 * a damaged request leaves there does not matter, for it is sent again. */
#ifndef INPUTS_H
#define INPUTS_H

#include <stdint.h>

#include "deployment.h"

/* Bytes of the payload that a request for a run has; 0: there is no such request. */
#define INPUTS_SIZE        DEPLOYMENT_INPUT_SIZE
#define INPUTS_STORED_SIZE DEPLOYMENT_STORED_SIZE

/* Take the byte at `place`, below INPUTS_SIZE, of the inputs in their own types. */
void inputs_take(struct deployment *to, uint32_t place, uint8_t byte);

/* Take the byte at `place`, below INPUTS_STORED_SIZE, of the input in raw form. */
void inputs_take_stored(struct deployment *to, uint32_t place, uint8_t byte);

/* Make all inputs zero. */
void inputs_clear(struct deployment *to);

#endif
