/* Made by: python -m firmware.build --model base --match xnnpack --target generic
 *
 * sha256 of the .tflite: d804b26469e71f02d5fbf05e54483fc6ff4e76983288d1fb721d40fd7e02bba2 */
#ifndef DEPLOYMENT_H
#define DEPLOYMENT_H

#include <stdint.h>

#include "model.h"
#include "quantize.h"
#include "tensor.h"

#define DEPLOYMENT_MODEL "base"
#define DEPLOYMENT_MATCH "xnnpack"

#define DEPLOYMENT_INPUTS 1
#define DEPLOYMENT_INPUT_SIZE 784 /* bytes of all of them */
#define DEPLOYMENT_INPUT_SIZES {784}
#define DEPLOYMENT_OUTPUTS 1
#define DEPLOYMENT_OUTPUT_SIZE 10 /* bytes of all of them */
#define DEPLOYMENT_OUTPUT_SIZES {10}

/* For hello: of each its type, rank, scale, zero point and shape, as they are sent. */
#define DEPLOYMENT_TENSORS \
    1, 1, 1, /* what FRAME_INFER carries; how many inputs and outputs */ \
    1, 4, 129, 128, 128, 59, 128, 255, 255, 255, 1, 0, 0, 0, 28, 0, 0, 0, 28, 0, 0, 0, 1, 0, 0, 0, /* input: int8 [1, 28, 28, 1] */ \
    1, 2, 68, 176, 169, 62, 36, 0, 0, 0, 1, 0, 0, 0, 10, 0, 0, 0, /* output: int8 [1, 10] */

/* All that the network needs in RAM, and where a run left its outputs. */
struct deployment {
    model_arena arena;
    const void *outputs[1];
};

/* Where an input goes, in the order of the file. */
static inline void *deployment_input(struct deployment *it, uint32_t number)
{
    (void)number;
    return model_input(&it->arena);
}

static inline void deployment_run(struct deployment *it)
{
    it->outputs[0] = model_run(&it->arena);
}

static inline enum model_status deployment_self_test(struct deployment *it)
{
    return model_self_test(&it->arena);
}

#define DEPLOYMENT_STORED      STORED_UINT8
#define DEPLOYMENT_STORED_SIZE 784 /* bytes */

/* What the network takes for `value` of the world at `element`. */
static inline int8_t deployment_stored(uint8_t value, uint32_t element)
{
    (void)element;
    return (int8_t)((int32_t)value + (-128));
}

#endif
