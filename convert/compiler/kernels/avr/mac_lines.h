/* needs: prologue, mac; stack: 26 */
/* The sums of four pixels beside each other, of one filter, from `bias` on: `lines` of five or
 * three weights, and for each line three inputs more than weights. All fit 24 bits. */
#if defined(MAC_IN_ASSEMBLY)

/* Weights are in r16..r20, inputs in r21..r25, which go round; Y leads to inputs, Z to weights. */
#define FIVE(n, d, x0, x1, x2, x3, x4, low, high)                              \
    MAC(n "0", d, "r16", x0, low, high) MAC(n "1", d, "r17", x1, low, high)    \
    MAC(n "2", d, "r18", x2, low, high) MAC(n "3", d, "r19", x3, low, high)    \
    MAC(n "4", d, "r20", x4, low, high)
#define THREE(n, d, x0, x1, x2, low, high)                                     \
    MAC(n "0", d, "r16", x0, low, high) MAC(n "1", d, "r17", x1, low, high)    \
    MAC(n "2", d, "r18", x2, low, high)
#define OVERFLOW_FIVE(n, d, carry)                                             \
    OVERFLOW(n "0", d, carry) OVERFLOW(n "1", d, carry)                        \
    OVERFLOW(n "2", d, carry) OVERFLOW(n "3", d, carry)                        \
    OVERFLOW(n "4", d, carry)
#define OVERFLOW_THREE(n, d, carry)                                            \
    OVERFLOW(n "0", d, carry) OVERFLOW(n "1", d, carry)                        \
    OVERFLOW(n "2", d, carry)

/* sums: r24, x: r22, w: r20, bias: r16..r18, lines: r14 */
#define ENTER                                                                  \
    SAVE "push r24\n\tpush r25\n\t"                                            \
    "movw r28, r22\n\tmovw r30, r20\n\tmov r3, r14\n\t" BEGIN_FOUR
#define LEAVE "pop r27\n\tpop r26\n\t" STORE_FOUR "clr r1\n\t" RESTORE "ret\n\t" CARRY_FOUR

ASSEMBLY static void mac_lines_5(sum24 *sums UNUSED, const int8_t *x UNUSED,
                                 const int8_t *weights UNUSED, sum24 bias UNUSED,
                                 uint8_t lines UNUSED)
{
    __asm(ENTER
          "rjmp 2f\n\t"
          OVERFLOW_FIVE("0", "f", "40f")
          "2: lpm r16, Z+\n\tlpm r17, Z+\n\tlpm r18, Z+\n\tlpm r19, Z+\n\tlpm r20, Z+\n\t"
          "ld r21, Y+\n\tld r22, Y+\n\tld r23, Y+\n\tld r24, Y+\n\tld r25, Y+\n\t"
          FIVE("0", "b", "r21", "r22", "r23", "r24", "r25", "r4", "r5")
          "ld r21, Y+\n\t"
          FIVE("1", "f", "r22", "r23", "r24", "r25", "r21", "r7", "r8")
          "ld r22, Y+\n\t"
          "rjmp 3f\n\t"
          OVERFLOW_FIVE("1", "b", "41f") OVERFLOW_FIVE("2", "f", "42f")
          "3:\n\t"
          FIVE("2", "b", "r23", "r24", "r25", "r21", "r22", "r10", "r11")
          "ld r23, Y+\n\t"
          FIVE("3", "f", "r24", "r25", "r21", "r22", "r23", "r13", "r14")
          "dec r3\n\t"
          "breq 4f\n\t"
          "rjmp 2b\n\t"
          OVERFLOW_FIVE("3", "b", "43f")
          "4:\n\t" LEAVE ::: CLOBBERED);
}

ASSEMBLY static void mac_lines_3(sum24 *sums UNUSED, const int8_t *x UNUSED,
                                 const int8_t *weights UNUSED, sum24 bias UNUSED,
                                 uint8_t lines UNUSED)
{
    __asm(ENTER
          "rjmp 2f\n\t"
          OVERFLOW_THREE("0", "f", "40f") OVERFLOW_THREE("1", "f", "41f")
          "2: lpm r16, Z+\n\tlpm r17, Z+\n\tlpm r18, Z+\n\t"
          "ld r21, Y+\n\tld r22, Y+\n\tld r23, Y+\n\t"
          THREE("0", "b", "r21", "r22", "r23", "r4", "r5")
          "ld r21, Y+\n\t"
          THREE("1", "b", "r22", "r23", "r21", "r7", "r8")
          "ld r22, Y+\n\t"
          THREE("2", "f", "r23", "r21", "r22", "r10", "r11")
          "ld r23, Y+\n\t"
          THREE("3", "f", "r21", "r22", "r23", "r13", "r14")
          "dec r3\n\t"
          "breq 4f\n\t"
          "rjmp 2b\n\t"
          OVERFLOW_THREE("2", "b", "42f") OVERFLOW_THREE("3", "b", "43f")
          "4:\n\t" LEAVE ::: CLOBBERED);
}
#else
HELPER void mac_lines(sum24 *sums, const int8_t *x, const int8_t *weights, sum24 bias,
                      uint8_t lines, uint8_t taps)
{
    for (uint8_t pixel = 0; pixel < 4; pixel++)
        sums[pixel] = bias;
    for (; lines > 0; lines--, x += taps + 3, weights += taps)
        for (uint8_t pixel = 0; pixel < 4; pixel++)
            for (uint8_t tap = 0; tap < taps; tap++)
                sums[pixel] += x[pixel + tap] * weights[tap];
}

HELPER void mac_lines_5(sum24 *sums, const int8_t *x, const int8_t *weights, sum24 bias,
                        uint8_t lines)
{
    mac_lines(sums, x, weights, bias, lines, 5);
}

HELPER void mac_lines_3(sum24 *sums, const int8_t *x, const int8_t *weights, sum24 bias,
                        uint8_t lines)
{
    mac_lines(sums, x, weights, bias, lines, 3);
}
#endif
