/* The network as a WebAssembly module: one block of memory. {{origin}} */
#include "{{name}}_bridge.h"

#define EXPORT(name) __attribute__((export_name(#name)))
#define CHUNK 256 /* numbers that cross the border at a time */

static {{name}}_memory memory;
static float numbers[CHUNK];

EXPORT(open) void open_memory(void)
{
    {{name}}_open(&memory);
}

EXPORT(reset) void reset(void)
{
    {{name}}_restart(&memory);
}

EXPORT(run) void run(void)
{
    {{name}}_run_at(&memory);
}

EXPORT(selfTest) int32_t self_test(void)
{
    return {{name}}_test_at(&memory);
}

EXPORT(input) void *input(int32_t number)
{
    return {{name}}_input_at(&memory, number);
}

EXPORT(output) const void *output(int32_t number)
{
    return {{name}}_output_at(&memory, number);
}

EXPORT(numbers) float *chunk(void)
{
    return numbers;
}

EXPORT(put) void put(int32_t number, int32_t first, int32_t count)
{
    {{name}}_put_values(&memory, number, first, numbers, count);
}

EXPORT(get) void get(int32_t number, int32_t first, int32_t count)
{
    {{name}}_get_values(&memory, number, first, numbers, count);
}
