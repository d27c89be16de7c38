/* needs: nothing */
/* How an AVR multiplies and accumulates: signed bytes, 5 cycles each besides what loads them.
 *
 * An accumulator is a signed number of 16 bits in two registers, and in those above how often
 * 65536 is to be added: where an addition overflows, which is seldom, it branches off to have that
 * changed, and comes back. Labels are numbers: 1xx where it comes back, 2xx where it branches to. */
#if defined(__AVR_HAVE_MUL__) && defined(__GNUC__)
#define MAC_IN_ASSEMBLY

/* The product of two of r16..r31 into low and high; there is an OVERFLOW(n, ...) in that
 * direction, f or b. */
#define MAC(n, direction, one, other, low, high) \
    "muls " one ", " other "\n\t"                \
    "add " low ", r0\n\t"                        \
    "adc " high ", r1\n\t"                       \
    "brvs 2" n direction "\n\t"                  \
    "1" n ":\n\t"

/* Calls the CARRY of the accumulator, a label, and goes back in that direction. */
#define OVERFLOW(n, direction, carry) \
    "2" n ": rcall " carry "\n\t"     \
    "rjmp 1" n direction "\n\t"

/* An accumulator with 8 bits above its 16: what is negative was too large. */
#define CARRY(label, high, above) \
    label ": sbrc " high ", 7\n\t" \
    "rjmp 8f\n\t"                 \
    "dec " above "\n\t"           \
    "ret\n\t"                     \
    "8: inc " above "\n\t"        \
    "ret\n\t"

#define SAVE                                                                              \
    "push r2\n\tpush r3\n\tpush r4\n\tpush r5\n\tpush r6\n\tpush r7\n\tpush r8\n\t"       \
    "push r9\n\tpush r10\n\tpush r11\n\tpush r12\n\tpush r13\n\tpush r14\n\tpush r15\n\t" \
    "push r16\n\tpush r17\n\tpush r28\n\tpush r29\n\t"
#define RESTORE                                                                        \
    "pop r29\n\tpop r28\n\tpop r17\n\tpop r16\n\tpop r15\n\tpop r14\n\tpop r13\n\t"    \
    "pop r12\n\tpop r11\n\tpop r10\n\tpop r9\n\tpop r8\n\tpop r7\n\tpop r6\n\tpop r5\n\t" \
    "pop r4\n\tpop r3\n\tpop r2\n\t"

/* Four accumulators, all begun with the 24 bits in r16..r18. */
#define BEGIN_FOUR                                                            \
    "sbrc r17, 7\n\t"                                                         \
    "inc r18\n\t"                                                             \
    "mov r4, r16\n\tmov r5, r17\n\tmov r6, r18\n\t"                           \
    "mov r7, r16\n\tmov r8, r17\n\tmov r9, r18\n\t"                           \
    "mov r10, r16\n\tmov r11, r17\n\tmov r12, r18\n\t"                        \
    "mov r13, r16\n\tmov r14, r17\n\tmov r15, r18\n\t"

/* As numbers of 24 bits to where X leads. */
#define STORE_FOUR                                                            \
    "sbrc r5, 7\n\tdec r6\n\tsbrc r8, 7\n\tdec r9\n\t"                        \
    "sbrc r11, 7\n\tdec r12\n\tsbrc r14, 7\n\tdec r15\n\t"                    \
    "st X+, r4\n\tst X+, r5\n\tst X+, r6\n\tst X+, r7\n\tst X+, r8\n\t"       \
    "st X+, r9\n\tst X+, r10\n\tst X+, r11\n\tst X+, r12\n\tst X+, r13\n\t"   \
    "st X+, r14\n\tst X+, r15\n\t"

#define CARRY_FOUR CARRY("40", "r5", "r6") CARRY("41", "r8", "r9") \
                   CARRY("42", "r11", "r12") CARRY("43", "r14", "r15")

/* What a caller may find changed, besides what it is told by how functions are called. */
#define CLOBBERED                                                                            \
    "r18", "r19", "r20", "r21", "r22", "r23", "r24", "r25", "r26", "r27", "r30", "r31", "memory"

#define UNUSED __attribute__((unused))
#define ASSEMBLY __attribute__((naked, noinline, noclone, unused))
typedef __int24 sum24;
#else
#define UNUSED
#define ASSEMBLY
typedef int32_t sum24;
#endif
