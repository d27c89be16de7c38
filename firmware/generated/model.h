/* Made by: python -m convert.compiler model.tflite --match xnnpack --target generic
 *
 * thimble 0.1.0; sha256 of the .tflite: 9c780962eb2bd80ed971420edbc0b1a250219bee61222cf44d28badc22570750
 * Equals LiteRT's default kernels (XNNPACK), byte for byte.
 *
 *     static model_arena arena;
 *
 *     if (model_self_test(&arena) != MODEL_OK) ...
 *     fill(model_input(&arena));    q = round(real / scale) + zero point
 *     best = model_argmax(model_run(&arena));
 *
 * No heap, no libc, no writable statics: any number of arenas may run at once. */
#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MODEL_SHA256 "9c780962eb2bd80ed971420edbc0b1a250219bee61222cf44d28badc22570750" /* of the .tflite */

/* MODEL_INPUT: int8 [28, 28, 1], real = scale * (q - zero point) */
#define MODEL_INPUT_SIZE 784 /* bytes */
#define MODEL_INPUT_SCALE 0.00392156886f
#define MODEL_INPUT_ZERO_POINT (-128)

/* MODEL_OUTPUT: int8 [10], real = scale * (q - zero point) */
#define MODEL_OUTPUT_SIZE 10 /* bytes */
#define MODEL_OUTPUT_SCALE 0.331199855f
#define MODEL_OUTPUT_ZERO_POINT (4)

#define MODEL_ARENA_SIZE 4184 /* bytes: sizeof(model_arena), all the RAM but the stack */
#define MODEL_TABLES_SIZE 243392 /* bytes of constant tables in flash */

/* Working memory. The caller owns it, wherever it likes; its content before a run does not matter.
 * One arena serves one run at a time. */
typedef struct {
    int32_t scratch[36];
    int8_t bytes[4040];
} model_arena;

enum model_status {
    MODEL_OK = 0,
    MODEL_TABLES_DAMAGED = 1, /* the CRC-32 of the tables is wrong */
    MODEL_WRONG_ANSWER = 2    /* a golden vector gives another output */
};

/* Where to put the input, MODEL_INPUT_SIZE bytes. A run overwrites it. */
int8_t *model_input(model_arena *arena);

/* Run the network. Returns the output, MODEL_OUTPUT_SIZE bytes in the arena, valid until the
 * input is written again. */
const int8_t *model_run(model_arena *arena);

/* The index of the largest output, the first of equals. */
int32_t model_argmax(const int8_t output[MODEL_OUTPUT_SIZE]);

/* Check the tables and run 2 golden vectors. A flipped bit of a table is found. */
#if defined(__GNUC__)
__attribute__((warn_unused_result))
#endif
enum model_status model_self_test(model_arena *arena);

#ifdef __cplusplus
}
#endif

#endif /* MODEL_H */
