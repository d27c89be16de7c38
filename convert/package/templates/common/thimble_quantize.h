/* Real numbers to a network's steps, as contract.json and NumPy have it: rint(real / scale) + zero
 * point. The same file in every library that thimble packages. */
#ifndef THIMBLE_QUANTIZE_H
#define THIMBLE_QUANTIZE_H

#include <stdint.h>

/* `real` in steps of `scale` from `zero_point`, half to even, within low..high; NaN is the zero
 * point. Exact where float is IEEE 754's binary32, with any rounding of its own switched off. */
static inline int32_t thimble_quantize(
    float real, float scale, int32_t zero_point, int32_t low, int32_t high)
{
    float steps = real / scale, rest;
    int32_t whole;

    if (steps != steps)
        return zero_point;
    steps = steps < -2e9f ? -2e9f : steps > 2e9f ? 2e9f : steps;
    whole = (int32_t)steps;
    rest = steps - (float)whole;
    if (rest > 0.5f || (rest == 0.5f && (whole & 1) != 0))
        whole++;
    if (rest < -0.5f || (rest == -0.5f && (whole & 1) != 0))
        whole--;
    whole += zero_point;
    return whole < low ? low : whole > high ? high : whole;
}

/* What a step stands for. */
static inline float thimble_real(int32_t step, float scale, int32_t zero_point)
{
    return (float)(step - zero_point) * scale;
}

#endif
