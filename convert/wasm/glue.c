/* A network as a WebAssembly module: one block of memory, and the maps that are shown. */
#include <stddef.h>

#include "keep.h"
#include "model.h"

#define EXPORT(name) __attribute__((export_name(#name)))

static model_arena arena;
<!-- if state -->
static model_state state;
static int32_t has_begun;
<!-- end -->
static int32_t is_watched;
<!-- if maps -->
static int8_t maps[{{map_bytes}}]; /* one after the other */
<!-- end -->

void keep(int32_t number, const int8_t *output)
{
    int8_t *to = 0;
    size_t count = 0;

    if (!is_watched)
        return;
    switch (number) {
{{kept}}    default:
        break;
    }
    for (size_t i = 0; i < count; i++)
        to[i] = output[i];
}

EXPORT(input) void *input(int32_t number)
{
    switch (number) {
{{inputs}}    default:
        return 0;
    }
}

EXPORT(output) const void *output(int32_t number)
{
    switch (number) {
{{outputs}}    default:
        return 0;
    }
}

EXPORT(reset) void reset(void)
{
<!-- if state -->
    model_reset(&state);
    has_begun = 1;
<!-- end -->
}

EXPORT(run) void run(void)
{
<!-- if state -->
    if (!has_begun)
        reset();
<!-- end -->
    {{run}}
}

EXPORT(watch) void watch(int32_t is_on)
{
    is_watched = is_on;
}

EXPORT(maps) const int8_t *kept_maps(void)
{
    return {{maps}};
}
