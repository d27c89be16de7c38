/* What the classes are called. Made by: {{command}} */
#ifndef {{macro}}_LABELS_H
#define {{macro}}_LABELS_H

#include <stdint.h>

#define {{macro}}_LABEL_COUNT {{label_count}}

#ifdef __cplusplus
extern "C" {
#endif

/* The label of a class, UTF-8, ended by a zero; empty for a number that is no class. On an AVR it
 * lies in flash, where pgm_read_byte() and Serial.print((const __FlashStringHelper *)...) read. */
const char *{{name}}_label(int32_t index);

#ifdef __cplusplus
}
#endif

#endif
