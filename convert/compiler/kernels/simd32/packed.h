/* needs: dual, bytes */
/* Inputs as mac_packed and mac_four want them: four bytes as their odd ones, and as what belongs to
 * the even ones, given the odd. */
HELPER uint32_t even_inputs(uint32_t word, uint32_t odd)
{
    return sub_lanes(((word << 8) & 0xff00ff00u) | 0x007f007fu, odd);
}
