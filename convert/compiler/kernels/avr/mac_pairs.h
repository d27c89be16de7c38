/* needs: prologue, mac; stack: 26 */
/* The sums of four pixels, of one filter, from `bias` on: `pairs` of weights, and for each pair the
 * two inputs of each pixel. All fit 24 bits. */
#if defined(MAC_IN_ASSEMBLY)
#define TWO(n, low, high)                                                 \
    "ld r18, Y+\n\tld r19, Y+\n\t"                                        \
    MAC(n "0", "f", "r16", "r18", low, high) MAC(n "1", "f", "r17", "r19", low, high)
#define OVERFLOW_TWO(n, carry) OVERFLOW(n "0", "b", carry) OVERFLOW(n "1", "b", carry)

ASSEMBLY static void mac_pairs(sum24 *sums UNUSED, const int8_t *x UNUSED,
                               const int8_t *weights UNUSED, sum24 bias UNUSED,
                               uint16_t pairs UNUSED)
{
    /* sums: r24, x: r22, weights: r20, bias: r16..r18, pairs: r14 */
    __asm(SAVE "push r24\n\tpush r25\n\t"
          "movw r28, r22\n\tmovw r30, r20\n\tmovw r24, r14\n\t" BEGIN_FOUR
          "2: lpm r16, Z+\n\tlpm r17, Z+\n\t"
          TWO("0", "r4", "r5") TWO("1", "r7", "r8") TWO("2", "r10", "r11") TWO("3", "r13", "r14")
          "sbiw r24, 1\n\t"
          "brne 2b\n\t"
          "rjmp 4f\n\t"
          OVERFLOW_TWO("0", "40f") OVERFLOW_TWO("1", "41f")
          OVERFLOW_TWO("2", "42f") OVERFLOW_TWO("3", "43f")
          "4: pop r27\n\tpop r26\n\t" STORE_FOUR "clr r1\n\t" RESTORE "ret\n\t" CARRY_FOUR ::: CLOBBERED);
}
#else
HELPER void mac_pairs(sum24 *sums, const int8_t *x, const int8_t *weights, sum24 bias,
                      uint16_t pairs)
{
    for (uint8_t pixel = 0; pixel < 4; pixel++)
        sums[pixel] = bias;
    for (; pairs > 0; pairs--, x += 8, weights += 2)
        for (uint8_t i = 0; i < 8; i++)
            sums[i / 2] += x[i] * weights[i % 2];
}
#endif
