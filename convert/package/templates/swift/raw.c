/* See {{name}}_raw.h. {{origin}} */
#include "{{name}}_raw.h"

#include "{{name}}_bridge.h"

size_t {{name}}_raw_size(void)
{
    return sizeof({{name}}_memory);
}

size_t {{name}}_raw_alignment(void)
{
    return 16;
}

void {{name}}_raw_open(void *memory)
{
    {{name}}_open(memory);
}

void {{name}}_raw_restart(void *memory)
{
    {{name}}_restart(memory);
}

void {{name}}_raw_run(void *memory)
{
    {{name}}_run_at(memory);
}

int32_t {{name}}_raw_test(void *memory)
{
    return {{name}}_test_at(memory);
}

void *{{name}}_raw_input(void *memory, int32_t number)
{
    return {{name}}_input_at(memory, number);
}

const void *{{name}}_raw_output(const void *memory, int32_t number)
{
    return {{name}}_output_at(memory, number);
}

void {{name}}_raw_put(void *memory, int32_t number, const float *values)
{
    {{name}}_put_values(memory, number, 0, values, {{name}}_inputs[number].count);
}

void {{name}}_raw_get(const void *memory, int32_t number, float *values)
{
    {{name}}_get_values(memory, number, 0, values, {{name}}_outputs[number].count);
}
