/* A model as a WebAssembly module: one arena, and the maps that are shown. There is no libc.
 *
 * KEPT_STEPS and KEPT_SIZES are the numbers of the operators whose outputs are kept, and bytes. */
#include <stddef.h>

#include "keep.h"
#include "model.h"

#define EXPORT(name) __attribute__((export_name(#name)))

static const int32_t kept_steps[] = {KEPT_STEPS}, kept_sizes[] = {KEPT_SIZES};
static model_arena arena;
static int8_t maps[KEPT_BYTES]; /* one after the other */

void *memcpy(void *to, const void *from, size_t count)
{
    char *bytes = to;

    for (size_t i = 0; i < count; i++)
        bytes[i] = ((const char *)from)[i];
    return to;
}

void *memset(void *to, int value, size_t count)
{
    char *bytes = to;

    for (size_t i = 0; i < count; i++)
        bytes[i] = (char)value;
    return to;
}

void keep(int32_t number, const int8_t *output)
{
    int8_t *to = maps;

    for (size_t i = 0; i < sizeof kept_steps / sizeof *kept_steps; to += kept_sizes[i++])
        if (kept_steps[i] == number)
            memcpy(to, output, (size_t)kept_sizes[i]);
}

EXPORT(input) int8_t *input(void)
{
    return model_input(&arena);
}

EXPORT(run) const int8_t *run(void)
{
    return model_run(&arena);
}

EXPORT(maps) const int8_t *kept_maps(void)
{
    return maps;
}
