/* needs: prologue */
/* Two 16-bit numbers in a word, and what the DSP extension does with them in one instruction; plain
 * C where there is none. Sums wrap around.
 *
 * pack(low, high)        the low halves of two numbers as a pair
 * add_lanes(a, b)        a + b, both halves
 * dual_mac(a, b, sum)    sum + a.low * b.low + a.high * b.high
 * low_mac(a, b, sum)     sum + a.low * b.low
 * high_mac(a, b, sum)    sum + a.high * b.high
 * cross_mac(a, b, sum)   sum + a.high * b.low
 * sub_lanes(a, b)        a - b, both halves
 * halve_lanes(a, b)      (a + b) / 2, both halves, towards minus infinity
 * low_pair(a, b)         a.low, b.low
 * high_pair(a, b)        a.high, b.high
 * mixed_pair(a, b)       a.low, b.high
 * even_bytes(word)       bytes 0 and 2, as a pair
 * odd_bytes(word)        bytes 1 and 3, as a pair */
#if defined(__ARM_FEATURE_SIMD32) && defined(__GNUC__)
#include <arm_acle.h>

HELPER uint32_t pack(int32_t low, int32_t high)
{
    uint32_t pair;

    __asm("pkhbt %0, %1, %2, lsl #16" : "=r"(pair) : "r"(low), "r"(high));
    return pair;
}

HELPER int32_t dual_mac(uint32_t a, uint32_t b, int32_t sum)
{
    return __smlad((int16x2_t)a, (int16x2_t)b, sum);
}

HELPER int32_t low_mac(uint32_t a, uint32_t b, int32_t sum)
{
    return __smlabb((int32_t)a, (int32_t)b, sum);
}

HELPER int32_t high_mac(uint32_t a, uint32_t b, int32_t sum)
{
    return __smlatt((int32_t)a, (int32_t)b, sum);
}

HELPER int32_t cross_mac(uint32_t a, uint32_t b, int32_t sum)
{
    return __smlatb((int32_t)a, (int32_t)b, sum);
}

HELPER uint32_t add_lanes(uint32_t a, uint32_t b)
{
    uint32_t sum;

    __asm("sadd16 %0, %1, %2" : "=r"(sum) : "r"(a), "r"(b)); /* the intrinsic is never shared */
    return sum;
}

HELPER uint32_t sub_lanes(uint32_t a, uint32_t b)
{
    uint32_t difference;

    __asm("ssub16 %0, %1, %2" : "=r"(difference) : "r"(a), "r"(b));
    return difference;
}

HELPER uint32_t halve_lanes(uint32_t a, uint32_t b)
{
    uint32_t mean;

    __asm("shadd16 %0, %1, %2" : "=r"(mean) : "r"(a), "r"(b));
    return mean;
}

HELPER uint32_t low_pair(uint32_t a, uint32_t b)
{
    return pack((int32_t)a, (int32_t)b);
}

HELPER uint32_t high_pair(uint32_t a, uint32_t b)
{
    uint32_t pair;

    __asm("pkhtb %0, %1, %2, asr #16" : "=r"(pair) : "r"(b), "r"(a));
    return pair;
}

HELPER uint32_t mixed_pair(uint32_t a, uint32_t b)
{
    uint32_t pair;

    __asm("pkhbt %0, %1, %2" : "=r"(pair) : "r"(a), "r"(b));
    return pair;
}

HELPER uint32_t even_bytes(uint32_t word)
{
    return (uint32_t)__sxtb16((int8x4_t)word);
}

HELPER uint32_t odd_bytes(uint32_t word)
{
    uint32_t pair;

    __asm("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(word));
    return pair;
}
#else
HELPER int32_t low_half(uint32_t pair)
{
    return (int32_t)((pair & 0xffffu) ^ 0x8000u) - 0x8000;
}

HELPER uint32_t pack(int32_t low, int32_t high)
{
    return ((uint32_t)low & 0xffffu) | (uint32_t)high << 16;
}

HELPER int32_t dual_mac(uint32_t a, uint32_t b, int32_t sum)
{
    uint32_t low = (uint32_t)(low_half(a) * low_half(b));
    uint32_t high = (uint32_t)(low_half(a >> 16) * low_half(b >> 16));

    return (int32_t)((uint32_t)sum + low + high);
}

HELPER int32_t low_mac(uint32_t a, uint32_t b, int32_t sum)
{
    return (int32_t)((uint32_t)sum + (uint32_t)(low_half(a) * low_half(b)));
}

HELPER int32_t high_mac(uint32_t a, uint32_t b, int32_t sum)
{
    return low_mac(a >> 16, b >> 16, sum);
}

HELPER int32_t cross_mac(uint32_t a, uint32_t b, int32_t sum)
{
    return low_mac(a >> 16, b, sum);
}

HELPER uint32_t add_lanes(uint32_t a, uint32_t b)
{
    return pack(low_half(a) + low_half(b), low_half(a >> 16) + low_half(b >> 16));
}

HELPER uint32_t sub_lanes(uint32_t a, uint32_t b)
{
    return pack(low_half(a) - low_half(b), low_half(a >> 16) - low_half(b >> 16));
}

HELPER uint32_t halve_lanes(uint32_t a, uint32_t b)
{
    return pack((low_half(a) + low_half(b)) >> 1, (low_half(a >> 16) + low_half(b >> 16)) >> 1);
}

HELPER uint32_t low_pair(uint32_t a, uint32_t b)
{
    return (a & 0xffffu) | b << 16;
}

HELPER uint32_t high_pair(uint32_t a, uint32_t b)
{
    return a >> 16 | (b & 0xffff0000u);
}

HELPER uint32_t mixed_pair(uint32_t a, uint32_t b)
{
    return (a & 0xffffu) | (b & 0xffff0000u);
}

HELPER uint32_t even_bytes(uint32_t word)
{
    return pack((int8_t)word, (int8_t)(word >> 16));
}

HELPER uint32_t odd_bytes(uint32_t word)
{
    return even_bytes(word >> 8);
}
#endif
