/* What the classes are called. Made by: {{command}} */
#include "{{name}}_labels.h"

#if defined(__AVR__)
#include <avr/pgmspace.h>
#define FLASH PROGMEM
#define READ(place) pgm_read_byte(place)
#else
#define FLASH
#define READ(place) (*(place))
#endif

/* One behind the other, each ended by a zero. */
static const char text[] FLASH =
{{label_text}};

const char *{{name}}_label(int32_t index)
{
    const char *label = text;

    if (index < 0 || index >= {{macro}}_LABEL_COUNT)
        index = {{macro}}_LABEL_COUNT;
    while (index > 0)
        if (READ(label++) == '\0')
            index--;
    return label;
}
