/* Goes before model.c: the watchdog is fed behind each operator, for a run may take longer than it
 * waits. One that hangs is still found. */
#ifndef FEED_H
#define FEED_H

#include "hardware.h"

#define MODEL_AFTER(number, output) hardware_feed()

#endif
