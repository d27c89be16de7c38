/* Made by: python -m convert.compiler model.tflite --match xnnpack --target generic
 *
 * thimble 0.1.0; sha256 of the .tflite: d804b26469e71f02d5fbf05e54483fc6ff4e76983288d1fb721d40fd7e02bba2
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

#define MODEL_SHA256 "d804b26469e71f02d5fbf05e54483fc6ff4e76983288d1fb721d40fd7e02bba2" /* of the .tflite */

/* MODEL_INPUT: int8 [28, 28, 1], int8/quantize_layer/AllValuesQuantize/FakeQuantWithMinMaxVars;;int8/quantize_layer/AllValuesQuantize/FakeQuantWithMinMaxVars/ReadVariableOp_1 */
#define MODEL_INPUT_SIZE 784 /* bytes */
#define MODEL_INPUT_COUNT 784 /* elements */
#define MODEL_INPUT_TYPE "int8"
#define MODEL_INPUT_RANK 4
#define MODEL_INPUT_SHAPE {1, 28, 28, 1}
#define MODEL_INPUT_SCALE 0.00392156886f
#define MODEL_INPUT_ZERO_POINT (-128)

/* scale * (q - zero point) nearest to a real number, half to even; what is beyond is clamped. */
static inline int8_t model_input_from_real(float real)
{
    float steps = real * (1.0f / MODEL_INPUT_SCALE);
    float within = steps < -65536.0f ? -65536.0f : steps < 65536.0f ? steps : 65536.0f;
    int32_t whole = (int32_t)within;
    float rest = within - (float)whole;

    if (rest > 0.5f || (rest == 0.5f && (whole & 1) != 0))
        whole++;
    if (rest < -0.5f || (rest == -0.5f && (whole & 1) != 0))
        whole--;
    whole += MODEL_INPUT_ZERO_POINT;
    return (int8_t)(whole < -128 ? -128 : whole > 127 ? 127 : whole);
}

static inline float model_input_to_real(int8_t q)
{
    return (float)((int32_t)q - MODEL_INPUT_ZERO_POINT) * MODEL_INPUT_SCALE;
}

/* MODEL_OUTPUT: int8 [10], int8/quant_logits/MatMul;int8/quant_logits/BiasAdd */
#define MODEL_OUTPUT_SIZE 10 /* bytes */
#define MODEL_OUTPUT_COUNT 10 /* elements */
#define MODEL_OUTPUT_TYPE "int8"
#define MODEL_OUTPUT_RANK 2
#define MODEL_OUTPUT_SHAPE {1, 10}
#define MODEL_OUTPUT_SCALE 0.331422925f
#define MODEL_OUTPUT_ZERO_POINT (36)

/* scale * (q - zero point) nearest to a real number, half to even; what is beyond is clamped. */
static inline int8_t model_output_from_real(float real)
{
    float steps = real * (1.0f / MODEL_OUTPUT_SCALE);
    float within = steps < -65536.0f ? -65536.0f : steps < 65536.0f ? steps : 65536.0f;
    int32_t whole = (int32_t)within;
    float rest = within - (float)whole;

    if (rest > 0.5f || (rest == 0.5f && (whole & 1) != 0))
        whole++;
    if (rest < -0.5f || (rest == -0.5f && (whole & 1) != 0))
        whole--;
    whole += MODEL_OUTPUT_ZERO_POINT;
    return (int8_t)(whole < -128 ? -128 : whole > 127 ? 127 : whole);
}

static inline float model_output_to_real(int8_t q)
{
    return (float)((int32_t)q - MODEL_OUTPUT_ZERO_POINT) * MODEL_OUTPUT_SCALE;
}

#define MODEL_ARENA_SIZE 4184 /* bytes: sizeof(model_arena), all the RAM but the stack */
#define MODEL_STATE_SIZE 0 /* bytes that are kept from one run to the next */
#define MODEL_TABLES_SIZE 243392 /* bytes of constant tables in flash */

/* Working memory. The caller owns it, wherever it likes; its content before a run does not
 * matter. One arena serves one run at a time. */
typedef union {
    int32_t alignment;
    int8_t bytes[4184];
} model_arena;

enum model_status {
    MODEL_OK = 0,
    MODEL_TABLES_DAMAGED = 1, /* the CRC-32 of the tables is wrong */
    MODEL_WRONG_ANSWER = 2    /* a golden vector gives another output */
};

/* Where to put MODEL_INPUT_COUNT elements, aligned to 4 bytes. A run overwrites them. */
int8_t *model_input(model_arena *arena);

/* Run the network. Returns the output, MODEL_OUTPUT_COUNT elements in the arena,
 * valid until an input is written again. */
const int8_t *model_run(model_arena *arena);

/* The index of the largest output, the first of equals. */
int32_t model_argmax(const int8_t output[MODEL_OUTPUT_COUNT]);

/* Check the tables, where a flipped bit is found, and run 2 golden vectors. */
#if defined(__GNUC__)
__attribute__((warn_unused_result))
#endif
enum model_status model_self_test(model_arena *arena);

#ifdef __cplusplus
}
#endif

#endif /* MODEL_H */
