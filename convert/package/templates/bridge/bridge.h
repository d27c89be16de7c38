/* {{name}} by number, for languages other than C: its inputs and outputs, and one block of memory.
 *
 * {{origin}} */
#ifndef {{macro}}_BRIDGE_H
#define {{macro}}_BRIDGE_H

#include "{{name}}.h"

#ifdef __cplusplus
extern "C" {
#endif

#define {{macro}}_INPUTS {{inputs}}
#define {{macro}}_OUTPUTS {{outputs}}

enum {{name}}_type {
    {{macro}}_INT8 = 1,
    {{macro}}_UINT8 = 2,
    {{macro}}_INT16 = 3,
    {{macro}}_INT32 = 4,
    {{macro}}_FLOAT32 = 5,
    {{macro}}_BOOL = 6
};

/* An input or output. */
typedef struct {
    enum {{name}}_type type;
    int32_t count;      /* elements */
    int32_t size;       /* bytes */
    float scale;        /* real = scale * (stored - zero_point); 0: stored as it is */
    int32_t zero_point;
} {{name}}_tensor;

extern const {{name}}_tensor {{name}}_inputs[{{macro}}_INPUTS];
extern const {{name}}_tensor {{name}}_outputs[{{macro}}_OUTPUTS];

/* All that a network needs to run, aligned as a pointer is. It serves one run at a time. */
typedef struct {
    {{name}}_arena arena;
{{state_field}}    const void *outputs[{{macro}}_OUTPUTS]; /* of the last run, in the arena; 0 before the first */
} {{name}}_memory;

/* Make memory ready, whatever lies in it: before the first run. */
void {{name}}_open({{name}}_memory *memory);

/* Begin a sequence: forget what is kept from one run to the next, if anything is. */
void {{name}}_restart({{name}}_memory *memory);

/* Where the elements of an input lie, below {{macro}}_INPUTS; a run overwrites them all. */
void *{{name}}_input_at({{name}}_memory *memory, int32_t number);

/* The elements of an output, below {{macro}}_OUTPUTS, until an input is written; 0 before a run. */
const void *{{name}}_output_at(const {{name}}_memory *memory, int32_t number);

/* Run the network on what lies in its inputs. */
void {{name}}_run_at({{name}}_memory *memory);

/* 0, or what {{name}}_self_test says is wrong. The memory is as after opening behind it. */
int32_t {{name}}_test_at({{name}}_memory *memory);

/* Store numbers from element `first` of an input on:{{scaling_told}} in steps of its
 * scale, half to even, clamped to its type; what is no number becomes the zero point. */
void {{name}}_put_values({{name}}_memory *memory, int32_t number, int32_t first, const float *values,
                        int32_t count);

/* The real numbers from element `first` of an output on; there was a run. */
void {{name}}_get_values(const {{name}}_memory *memory, int32_t number, int32_t first, float *values,
                        int32_t count);

#ifdef __cplusplus
}
#endif

#endif /* {{macro}}_BRIDGE_H */
