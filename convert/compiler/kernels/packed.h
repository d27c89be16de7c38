/* Inputs as mac_packed and dense_packed want them: four bytes as their odd ones, and as what
 * belongs to the even ones. */
static inline uint32_t four_bytes(const int8_t *p)
{
    const uint8_t *bytes = (const uint8_t *)p;

    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* What belongs to the even bytes of a word, given its odd ones. */
static inline uint32_t even_inputs(uint32_t word, uint32_t odd)
{
    return dual_sub(((word << 8) & 0xff00ff00u) | 0x007f007fu, odd);
}

/* Up to four bytes as a word, zeros behind them. */
static inline uint32_t some_bytes(const int8_t *p, int32_t count)
{
    uint32_t word = 0;

    for (int32_t i = 0; i < count; i++)
        word |= (uint32_t)(uint8_t)p[i] << 8 * i;
    return word;
}
