/* A model as a WebAssembly module: one arena, and the maps that are shown.
 *
 * KEPT_STEPS and KEPT_SIZES are the numbers of the operators whose outputs are kept, and bytes. */
#include <stddef.h>

#include "keep.h"
#include "model.h"

#define EXPORT(name) __attribute__((export_name(#name)))

static const int32_t kept_steps[] = {KEPT_STEPS}, kept_sizes[] = {KEPT_SIZES};
static model_arena arena;
static int8_t maps[KEPT_BYTES]; /* one after the other */

void keep(int32_t number, const int8_t *output)
{
    int8_t *to = maps;

    for (size_t i = 0; i < sizeof kept_steps / sizeof *kept_steps; to += kept_sizes[i++])
        if (kept_steps[i] == number)
            for (int32_t at = 0; at < kept_sizes[i]; at++)
                to[at] = output[at];
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
