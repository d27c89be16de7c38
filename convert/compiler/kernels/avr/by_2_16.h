/* needs: nothing; stack: 3 */
/* a * b / 2^16, towards minus infinity or one less; a has 24 bits, its sign among them, and b 24
 * bits without one. */
#if defined(__AVR_HAVE_MUL__) && defined(__GNUC__)
__attribute__((naked, noinline, noclone)) static int32_t by_2_16(int32_t a __attribute__((unused)),
                                                                 uint32_t b __attribute__((unused)))
{
    register int32_t product __asm("r22");

    /* a: r22..r24, b: r18..r20; bytes 2 to 5 of the product: r26, r27, r30, r31 */
    __asm("mov r21, r24\n\t"
          "ldi r24, 0\n\t"
          "mul r22, r18\n\t"
          "mov r25, r1\n\t" /* byte 1; byte 0 carries nothing */
          "mul r23, r19\n\t"
          "movw r26, r0\n\t"
          "mulsu r21, r20\n\t"
          "movw r30, r0\n\t"
          "mul r22, r19\n\t"
          "add r25, r0\n\t"
          "adc r26, r1\n\t"
          "adc r27, r24\n\t"
          "adc r30, r24\n\t"
          "adc r31, r24\n\t"
          "mul r23, r18\n\t"
          "add r25, r0\n\t"
          "adc r26, r1\n\t"
          "adc r27, r24\n\t"
          "adc r30, r24\n\t"
          "adc r31, r24\n\t"
          "mul r22, r20\n\t"
          "add r26, r0\n\t"
          "adc r27, r1\n\t"
          "adc r30, r24\n\t"
          "adc r31, r24\n\t"
          "mulsu r21, r18\n\t"
          "sbc r25, r25\n\t" /* the carry is the product's sign */
          "add r26, r0\n\t"
          "adc r27, r1\n\t"
          "adc r30, r25\n\t"
          "adc r31, r25\n\t"
          "mul r23, r20\n\t"
          "add r27, r0\n\t"
          "adc r30, r1\n\t"
          "adc r31, r24\n\t"
          "mulsu r21, r19\n\t"
          "sbc r25, r25\n\t"
          "add r27, r0\n\t"
          "adc r30, r1\n\t"
          "adc r31, r25\n\t"
          "movw r22, r26\n\t"
          "movw r24, r30\n\t"
          "clr r1\n\t"
          "ret"
          : "=r"(product)
          :
          : "r18", "r19", "r20", "r21", "r26", "r27", "r30", "r31");
    return product;
}
#else
static int32_t by_2_16(int32_t a, uint32_t b)
{
    int64_t product = (int64_t)a * (int64_t)b;

    return (int32_t)(product >= 0 ? product >> 16 : ~(~product >> 16));
}
#endif
