/* needs: prologue, bytes */
/* Four weights in a word by four inputs, byte by byte. */
enum { FOUR = 4 }; /* words for four inputs */

/* Lay out four inputs, with `step` from a word to the next. */
HELPER void put_four(uint32_t *x, int32_t step, uint32_t inputs)
{
    for (int32_t i = 0; i < 4; i++, x += step, inputs >>= 8)
        *x = (uint32_t)(int8_t)inputs;
}

HELPER int32_t mac_four(uint32_t w, const uint32_t *x, int32_t sum)
{
    uint32_t a = (uint32_t)(int8_t)w * x[0], b = (uint32_t)(int8_t)(w >> 8) * x[1];
    uint32_t c = (uint32_t)(int8_t)(w >> 16) * x[2], d = (uint32_t)(int8_t)(w >> 24) * x[3];

    return (int32_t)((uint32_t)sum + a + b + c + d);
}
