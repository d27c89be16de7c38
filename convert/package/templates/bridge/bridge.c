/* See {{name}}_bridge.h. {{origin}} */
#include "{{name}}_bridge.h"
#include "thimble_quantize.h"

const {{name}}_tensor {{name}}_inputs[{{macro}}_INPUTS] = {
{{input_rows}}
};

const {{name}}_tensor {{name}}_outputs[{{macro}}_OUTPUTS] = {
{{output_rows}}
};

void {{name}}_open({{name}}_memory *memory)
{
    for (int32_t i = 0; i < {{macro}}_OUTPUTS; i++)
        memory->outputs[i] = 0;
    {{name}}_restart(memory);
}

void {{name}}_restart({{name}}_memory *memory)
{
    {{restart}};
}

void *{{name}}_input_at({{name}}_memory *memory, int32_t number)
{
    switch (number) {
{{input_cases}}
    default:
        return 0;
    }
}

const void *{{name}}_output_at(const {{name}}_memory *memory, int32_t number)
{
    return number >= 0 && number < {{macro}}_OUTPUTS ? memory->outputs[number] : 0;
}

void {{name}}_run_at({{name}}_memory *memory)
{
{{run}}
}

int32_t {{name}}_test_at({{name}}_memory *memory)
{
    int32_t found = (int32_t){{name}}_self_test(&memory->arena{{state_argument}});

    {{name}}_open(memory);
    return found;
}

static int32_t steps(float real, const {{name}}_tensor *tensor, int32_t low, int32_t high)
{
    float scale = tensor->scale != 0.0f ? tensor->scale : 1.0f;

    return thimble_quantize(real, scale, tensor->zero_point, low, high);
}

static void put(void *to, int32_t at, const {{name}}_tensor *tensor, float real)
{
    switch (tensor->type) {
    case {{macro}}_INT8:
        ((int8_t *)to)[at] = (int8_t)steps(real, tensor, INT8_MIN, INT8_MAX);
        break;
    case {{macro}}_UINT8:
        ((uint8_t *)to)[at] = (uint8_t)steps(real, tensor, 0, UINT8_MAX);
        break;
    case {{macro}}_INT16:
        ((int16_t *)to)[at] = (int16_t)steps(real, tensor, INT16_MIN, INT16_MAX);
        break;
    case {{macro}}_INT32:
        ((int32_t *)to)[at] = steps(real, tensor, INT32_MIN, INT32_MAX);
        break;
    case {{macro}}_FLOAT32:
        ((float *)to)[at] = real;
        break;
    case {{macro}}_BOOL:
        ((uint8_t *)to)[at] = real != 0.0f;
        break;
    }
}

static float stored(const void *from, int32_t at, const {{name}}_tensor *tensor)
{
    switch (tensor->type) {
    case {{macro}}_INT8:
        return (float)(((const int8_t *)from)[at] - tensor->zero_point);
    case {{macro}}_UINT8:
    case {{macro}}_BOOL:
        return (float)(((const uint8_t *)from)[at] - tensor->zero_point);
    case {{macro}}_INT16:
        return (float)(((const int16_t *)from)[at] - tensor->zero_point);
    case {{macro}}_INT32:
        return (float)((int64_t)((const int32_t *)from)[at] - tensor->zero_point);
    case {{macro}}_FLOAT32:
    default:
        return ((const float *)from)[at];
    }
}

{{scaling}}
void {{name}}_put_values({{name}}_memory *memory, int32_t number, int32_t first, const float *values,
                        int32_t count)
{
    void *to = {{name}}_input_at(memory, number);

    for (int32_t i = 0; i < count; i++)
        put(to, first + i, &{{name}}_inputs[number], {{scaled}});
}

void {{name}}_get_values(const {{name}}_memory *memory, int32_t number, int32_t first, float *values,
                        int32_t count)
{
    const {{name}}_tensor *tensor = &{{name}}_outputs[number];
    const void *from = {{name}}_output_at(memory, number);

    for (int32_t i = 0; i < count; i++) {
        float value = stored(from, first + i, tensor);

        values[i] = tensor->scale != 0.0f ? value * tensor->scale : value;
    }
}
