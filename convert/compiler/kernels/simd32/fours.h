/* needs: prologue, packed */
/* Four weights in a word by four inputs: halfwords of 256 * odd + even, as mac_packed has them. */
enum { FOUR = 2 }; /* words for four inputs */

/* Lay out four inputs, with `step` from a word to the next. */
HELPER void put_four(uint32_t *x, int32_t step, uint32_t inputs)
{
    x[0] = odd_bytes(inputs);
    x[step] = even_inputs(inputs, x[0]);
}

HELPER int32_t mac_four(uint32_t w, const uint32_t *x, int32_t sum)
{
    return dual_mac(even_bytes(w), x[1], dual_mac(w, x[0], sum));
}
