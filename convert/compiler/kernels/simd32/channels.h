/* needs: prologue, dual, bytes */
/* Add the products of four channels. */
HELPER void mac_channels(const int8_t *x, const int8_t *w, int32_t zero_point, int32_t *sums)
{
    uint32_t inputs = four_bytes(x), weights = four_bytes(w), zero = pack(zero_point, zero_point);
    uint32_t even = sub_lanes(even_bytes(inputs), zero), odd = sub_lanes(odd_bytes(inputs), zero);
    uint32_t even_w = even_bytes(weights), odd_w = odd_bytes(weights);

    sums[0] = low_mac(even, even_w, sums[0]);
    sums[1] = low_mac(odd, odd_w, sums[1]);
    sums[2] = high_mac(even, even_w, sums[2]);
    sums[3] = high_mac(odd, odd_w, sums[3]);
}
