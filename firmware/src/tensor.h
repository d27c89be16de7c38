/* Inputs and outputs as deployment.h describes them, and as hello tells of them. */
#ifndef TENSOR_H
#define TENSOR_H

#include <stdint.h>

enum tensor_type {
    TENSOR_INT8 = 1,
    TENSOR_UINT8 = 2,
    TENSOR_INT16 = 3,
    TENSOR_INT32 = 4,
    TENSOR_FLOAT32 = 5,
    TENSOR_BOOL = 6
};

/* What DEPLOYMENT_STORED says: the type of an input in raw form, for FRAME_INFER. */
#define STORED_NONE    0 /* there is no such form: FRAME_CLASSIFY is the only way */
#define STORED_UINT8   1
#define STORED_FLOAT32 2

#endif
