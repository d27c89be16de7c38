/* The network in memory without a type, as Swift takes it. {{origin}}
 *
 * Swift would make a tuple of thousands of elements of the C's own memory. */
#ifndef {{macro}}_RAW_H
#define {{macro}}_RAW_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of memory, and to how many it is aligned. */
size_t {{name}}_raw_size(void);
size_t {{name}}_raw_alignment(void);

/* See the functions of the same names in {{name}}_bridge.h. */
void {{name}}_raw_open(void *memory);
void {{name}}_raw_restart(void *memory);
void {{name}}_raw_run(void *memory);
int32_t {{name}}_raw_test(void *memory);
void *{{name}}_raw_input(void *memory, int32_t number);
const void *{{name}}_raw_output(const void *memory, int32_t number);

/* All numbers of an input or output. */
void {{name}}_raw_put(void *memory, int32_t number, const float *values);
void {{name}}_raw_get(const void *memory, int32_t number, float *values);

#endif /* {{macro}}_RAW_H */
