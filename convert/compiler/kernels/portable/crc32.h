/* needs: nothing */
/* CRC-32 (IEEE 802.3) of the tables, element by element, least significant byte first, so that it
 * is the same on little- and big-endian cores. */
static uint32_t crc32(uint32_t crc, uint64_t element, int32_t bytes)
{
    for (int32_t i = 0; i < bytes; i++) {
        crc ^= (uint32_t)(element >> (8 * i)) & 0xffu;
        for (int32_t bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
    }
    return crc;
}
