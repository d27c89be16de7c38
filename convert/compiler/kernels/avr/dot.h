/* needs: mac; stack: 4; flash: a */
/* The sum of a[i] * b[i]. */
#if defined(MAC_IN_ASSEMBLY)
/* Of four times `fours`, in 32 bits. */
ASSEMBLY static int32_t dot_fours(const int8_t *a UNUSED, const int8_t *b UNUSED,
                                  uint16_t fours UNUSED)
{
    register int32_t sum __asm("r22");

    /* a: r24, b: r22, fours: r20; the sum in r18, r19, and in r22, r23 above */
    __asm("movw r30, r24\n\tmovw r26, r22\n\tmovw r24, r20\n\t"
          "clr r18\n\tclr r19\n\tclr r22\n\tclr r23\n\t"
          "push r16\n\tpush r17\n\t"
          "2: lpm r16, Z+\n\tld r17, X+\n\tlpm r20, Z+\n\tld r21, X+\n\t"
          MAC("00", "f", "r16", "r17", "r18", "r19")
          MAC("01", "f", "r20", "r21", "r18", "r19")
          "lpm r16, Z+\n\tld r17, X+\n\tlpm r20, Z+\n\tld r21, X+\n\t"
          MAC("02", "f", "r16", "r17", "r18", "r19")
          MAC("03", "f", "r20", "r21", "r18", "r19")
          "sbiw r24, 1\n\t"
          "brne 2b\n\t"
          "rjmp 4f\n\t"
          OVERFLOW("00", "b", "40f") OVERFLOW("01", "b", "40f")
          OVERFLOW("02", "b", "40f") OVERFLOW("03", "b", "40f")
          "40: sbrc r19, 7\n\trjmp 8f\n\tsubi r22, 1\n\tsbci r23, 0\n\tret\n\t"
          "8: subi r22, 255\n\tsbci r23, 255\n\tret\n\t"
          "4: movw r24, r22\n\t"
          "sbrs r19, 7\n\trjmp 8f\n\tsbiw r24, 1\n\t"
          "8: movw r22, r18\n\t"
          "pop r17\n\tpop r16\n\tclr r1\n\tret"
          : "=r"(sum)
          :
          : "r18", "r19", "r20", "r21", "r26", "r27", "r30", "r31", "memory");
    return sum;
}
#endif

#if defined(__GNUC__)
__attribute__((noinline))
#endif
static int32_t dot(const int8_t *a, const int8_t *b, int32_t count)
{
    int32_t sum = 0;
    uint8_t rest = (uint8_t)(count & 3);

#if defined(MAC_IN_ASSEMBLY)
    count -= rest;
    if (count > 0)
        sum = dot_fours(a, b, (uint16_t)(count >> 2));
    a += count;
    b += count;
    count = rest;
#else
    (void)rest;
#endif
    for (int32_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}
