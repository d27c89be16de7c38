/* Real numbers to steps, as NumPy does it for the same model on a computer. */
#ifndef QUANTIZE_H
#define QUANTIZE_H

#include <stdint.h>

/* `real` in steps of `scale`, half to even. Beyond 65536 steps it is 65536, which no zero point
 * brings back into 16 bits; NaN is zero. */
static inline int32_t quantize_steps(float real, float scale)
{
    float steps = real / scale;
    float whole = 12582912.0f; /* 1.5 * 2^23: what is added to it loses its fraction */

    if (steps != steps)
        return 0;
    steps = steps < -65536.0f ? -65536.0f : steps > 65536.0f ? 65536.0f : steps;
    return (int32_t)((steps + whole) - whole);
}

static inline int32_t quantize_clip(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

#endif
