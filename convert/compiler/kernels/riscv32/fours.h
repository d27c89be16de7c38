/* needs: prologue, bytes, mac_4x4 */
/* Four weights in a word by four inputs in a word, byte by byte. */
enum { FOUR = 1 }; /* words for four inputs */

/* Lay out four inputs. */
HELPER void put_four(uint32_t *x, int32_t step, uint32_t inputs)
{
    (void)step; /* from a word to the next */
    *x = inputs;
}

HELPER int32_t mac_four(uint32_t w, const uint32_t *x, int32_t sum)
{
    uint32_t a = (uint32_t)(int8_t)w * MAC_BYTE(x, 0);
    uint32_t b = (uint32_t)(int8_t)(w >> 8) * MAC_BYTE(x, 1);
    uint32_t c = (uint32_t)(int8_t)(w >> 16) * MAC_BYTE(x, 2);
    uint32_t d = (uint32_t)(int8_t)(w >> 24) * MAC_BYTE(x, 3);

    return (int32_t)((uint32_t)sum + a + b + c + d);
}
