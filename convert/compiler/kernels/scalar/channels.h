/* needs: prologue */
/* Add the products of four channels. */
HELPER void mac_channels(const int8_t *x, const int8_t *w, int32_t zero_point, int32_t *sums)
{
    sums[0] += (x[0] - zero_point) * w[0];
    sums[1] += (x[1] - zero_point) * w[1];
    sums[2] += (x[2] - zero_point) * w[2];
    sums[3] += (x[3] - zero_point) * w[3];
}
