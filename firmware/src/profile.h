/* Ticks at the end of each operator. Only in images that are built with PROFILE, for measuring. */
#ifndef PROFILE_H
#define PROFILE_H

#include <stdint.h>

enum { FRAME_PROFILE = 0x71 }; /* a request: run once; the ticks of each operator, 4 bytes */
enum { PROFILE_MOST = 16 };    /* operators that are measured */

/* Forget what was measured. */
void profile_clear(void);

/* Put what each operator of the last run took into the frame that has begun, 0 for those that there
 * are not. */
void profile_put(void);

void profile_after(uint32_t number);
#define MODEL_AFTER(number, output) profile_after(number)

#endif
