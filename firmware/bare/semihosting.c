/* Standard input and output of a program in an emulator that offers semihosting. Arm, "Semihosting
 * for AArch32 and AArch64"; RISC-V has taken over its operations. */
#include "semihosting.h"

#include <stdio.h>
#include <string.h>

enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };
enum { APPLICATION_EXIT = 0x20026 }; /* ADP_Stopped_ApplicationExit */

/* The console, opened for reading or writing, whichever `mode` says. */
static uint32_t console(int mode)
{
    static uint32_t handles[8]; /* by mode, 1 more */

    if (handles[mode] == 0) {
        const uint32_t arguments[] = {(uint32_t) ":tt", (uint32_t)mode, 3};
        handles[mode] = (uint32_t)semihost(SYS_OPEN, arguments) + 1;
    }
    return handles[mode] - 1;
}

size_t fread(void *to, size_t size, size_t count, int mode)
{
    uint8_t *place = to;
    uint32_t left = (uint32_t)(size * count);

    while (left > 0) {
        const uint32_t arguments[] = {console(mode), (uint32_t)place, left};
        uint32_t missing = (uint32_t)semihost(SYS_READ, arguments);

        if (missing == left)
            return 0;
        place += left - missing;
        left = missing;
    }
    return count;
}

size_t fwrite(const void *from, size_t size, size_t count, int mode)
{
    const uint32_t arguments[] = {console(mode), (uint32_t)from, (uint32_t)(size * count)};

    semihost(SYS_WRITE, arguments);
    return count;
}

void *memset(void *to, int value, size_t size)
{
    for (volatile uint8_t *byte = to; size > 0; size--)
        *byte++ = (uint8_t)value;
    return to;
}

void leave(uint32_t status)
{
    const uint32_t arguments[] = {APPLICATION_EXIT, status};

    semihost(SYS_EXIT_EXTENDED, arguments);
    for (;;)
        continue;
}
