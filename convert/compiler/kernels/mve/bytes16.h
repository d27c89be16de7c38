/* needs: prologue */
/* 16 bytes at a time. */

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>

/* 16 bytes at most, and none behind them. */
static inline void copy_few(int8_t *to, const int8_t *from, int32_t count)
{
    mve_pred16_t some = vctp8q((uint32_t)count);

    vstrbq_p_s8(to, vldrbq_z_s8(from, some), some);
}

/* Bytes to places that are `step` apart for each 16; if `step` is 16, none but these are written. */
static inline void copy_sixteens(int8_t *to, const int8_t *from, int32_t count, int32_t step)
{
    for (; count >= 16; count -= 16, from += 16, to += step)
        vst1q_s8(to, vld1q_s8(from));
    if (count > 0)
        copy_few(to, from, count);
}

/* 16 bytes at most; what is behind them is anything. */
static inline void copy_some(int8_t *to, const int8_t *from, int32_t count)
{
    vst1q_s8(to, vldrbq_z_s8(from, vctp8q((uint32_t)count)));
}

static inline void fill_sixteens(int8_t *to, int32_t value, int32_t vectors)
{
    for (; vectors > 0; vectors--, to += 16)
        vst1q_s8(to, vdupq_n_s8((int8_t)value));
}

/* 16 bytes from places relative to `from`. */
static inline void gather_sixteen(int8_t *to, const int8_t *from, const uint16_t *places)
{
    vstrbq_s16(to, vldrbq_gather_offset_s16(from, vld1q_u16(places)));
    vstrbq_s16(to + 8, vldrbq_gather_offset_s16(from, vld1q_u16(places + 8)));
}
#else
/* Bytes to places that are `step` apart for each 16. */
NO_LIBC HELPER void copy_sixteens(int8_t *to, const int8_t *from, int32_t count, int32_t step)
{
    for (int32_t i = 0; i < count; i++)
        to[i / 16 * step + i % 16] = from[i];
}

/* 16 bytes at most, and none behind them. */
HELPER void copy_few(int8_t *to, const int8_t *from, int32_t count)
{
    copy_sixteens(to, from, count, 16);
}

/* 16 bytes at most; what is behind them is anything. */
HELPER void copy_some(int8_t *to, const int8_t *from, int32_t count)
{
    copy_sixteens(to, from, count, 16);
}

NO_LIBC HELPER void fill_sixteens(int8_t *to, int32_t value, int32_t vectors)
{
    for (int32_t i = 0; i < 16 * vectors; i++)
        to[i] = (int8_t)value;
}

/* 16 bytes from places relative to `from`. */
HELPER void gather_sixteen(int8_t *to, const int8_t *from, const uint16_t *places)
{
    for (int32_t i = 0; i < 16; i++)
        to[i] = from[places[i]];
}
#endif
