/* needs: mac_pairs; stack: 108 */
/* Two filters by four columns of inputs for two rows of outputs, nested: for each point four blocks
 * of products instead of one for each of the rows' taps.
 *
 * c of `pairs` words and b, a, d of `words` each follow each other; then the rows' sums are
 * a + b + c and d + b - c. */
struct mac_nested {
    const uint32_t *weights;  /* [points][pairs + 3 * words][2] */
    const uint32_t *x;        /* [points][pairs + 3 * words][4] */
    int32_t *sums;            /* [2 rows][points][2][4] */
    int32_t words, pairs, points;
};

#if defined(MAC_ENTER)
/* In assembly like mac_2x4, of which it has the registers. On the stack: [sp] rounds left, [sp, #4]
 * where the first round of `words` enters, [sp, #8] rounds, [sp, #12] and [sp, #16] the same of
 * `pairs`, [sp, #20] where a block returns to, [sp, #24] points left, [sp, #28] sums, [sp, #32] bytes
 * from there to the second row's, [sp, #36] eight sums, [sp, #68] what comes behind a round. */
#define NESTED_ROUNDS(place)                                                                      \
    "add r2, r1, #19\n\t"                                                                         \
    "movs r3, #20\n\t"                                                                            \
    "udiv r5, r2, r3\n\t"                                                                         \
    "mul r2, r5, r3\n\t"                                                                          \
    "sub r2, r2, r1\n\t"                                                                          \
    "movs r3, #44\n\t"                                                                            \
    "mul r2, r2, r3\n\t"                                                                          \
    "adr r4, 2f\n\t"                                                                              \
    "add r4, r4, r2\n\t"                                                                          \
    "orr r4, r4, #1\n\t"                                                                          \
    "strd r4, r5, [sp, #" #place "]\n\t"
#define NESTED_ZERO                                                                               \
    "adr r12, 4f\n\t"                                                                             \
    "ldmia r12, {r2-r9}\n\t"
/* Of b and c: b + c stays, b - c is kept for later. */
#define NESTED_SHARE(a, b, place)                                                                 \
    "ldrd r10, r11, [sp, #" #place "]\n\t"                                                        \
    "sub r12, " #a ", r10\n\t"                                                                    \
    "sub lr, " #b ", r11\n\t"                                                                     \
    "strd r12, lr, [sp, #" #place "]\n\t"                                                         \
    "add " #a ", " #a ", r10\n\t"                                                                 \
    "add " #b ", " #b ", r11\n\t"

__attribute__((naked, noinline)) static void mac_nested(const struct mac_nested *n)
{
    (void)n; /* in r0 */
    __asm volatile("push {r4-r11, lr}\n\t"
                   "sub sp, sp, #72\n\t"
                   "ldrd r6, r7, [r0, #16]\n\t"
                   "str r7, [sp, #24]\n\t"
                   "lsl r7, r7, #5\n\t"
                   "str r7, [sp, #32]\n\t"
                   "ldrd r7, r1, [r0, #8]\n\t"
                   "str r7, [sp, #28]\n\t"
                   NESTED_ROUNDS(4)
                   "adr r10, 8f\n\t"
                   "adr r11, 9f\n\t"
                   "cmp r5, #1\n\t" /* a round for `words`, so for `pairs` too */
                   "it eq\n\t"
                   "moveq r10, r11\n\t"
                   "orr r10, r10, #1\n\t"
                   "str r10, [sp, #68]\n\t"
                   "mov r1, r6\n\t"
                   NESTED_ROUNDS(12)
                   "ldrd r0, r1, [r0]\n"
                   "1:\n\t"
                   NESTED_ZERO
                   "bl 5f\n\t"
                   "add r12, sp, #36\n\t"
                   "stmia r12, {r2-r9}\n\t"
                   NESTED_ZERO
                   "bl 6f\n\t"
                   NESTED_SHARE(r2, r3, 36)
                   NESTED_SHARE(r4, r5, 44)
                   NESTED_SHARE(r6, r7, 52)
                   NESTED_SHARE(r8, r9, 60)
                   "bl 6f\n\t"
                   "ldr r12, [sp, #28]\n\t"
                   "stmia r12, {r2-r9}\n\t"
                   "add r12, sp, #36\n\t"
                   "ldmia r12, {r2-r9}\n\t"
                   "bl 6f\n\t"
                   "ldrd r10, r11, [sp, #28]\n\t"
                   "add r11, r11, r10\n\t"
                   "stmia r11, {r2-r9}\n\t"
                   "add r10, r10, #32\n\t"
                   "str r10, [sp, #28]\n\t"
                   "ldr r12, [sp, #24]\n\t"
                   "subs r12, r12, #1\n\t"
                   "str r12, [sp, #24]\n\t"
                   "bne 1b\n\t"
                   "add sp, sp, #72\n\t"
                   "pop {r4-r11, pc}\n"
                   "5:\n\t" /* a block of `pairs` */
                   "str lr, [sp, #20]\n\t"
                   "ldrd r10, r11, [sp, #12]\n\t"
                   "b 7f\n"
                   "6:\n\t" /* a block of `words` */
                   "str lr, [sp, #20]\n\t"
                   "ldrd r10, r11, [sp, #4]\n"
                   "7:\n\t"
                   "str r11, [sp]\n\t"
                   MAC_ROUND
                   ".rept 20\n\t"
                   "ldrd r10, r11, [r0], #8\n\t"
                   MAC_COLUMNS(r2, r3, r6, r7)
                   MAC_COLUMNS(r4, r5, r8, r9)
                   ".endr\n\t"
                   "ldr pc, [sp, #68]\n"
                   "8:\n\t"
                   "ldr r12, [sp]\n\t"
                   "subs r12, r12, #1\n\t"
                   "str r12, [sp]\n\t"
                   "bne.w 2b\n"
                   "9:\n\t"
                   "ldr pc, [sp, #20]\n\t"
                   ".balign 4\n"
                   "4:\n\t"
                   ".rept 8\n\t"
                   ".word 0\n\t"
                   ".endr\n");
}
#else
static void mac_nested(const struct mac_nested *n)
{
    const uint32_t *w = n->weights, *x = n->x;
    int32_t *top = n->sums, *bottom = top + 8 * n->points;

    for (int32_t point = 0; point < n->points; point++) {
        int32_t sums[4][8]; /* of c, b, a, d */

        for (int32_t block = 0; block < 4; block++) {
            int32_t words = block == 0 ? n->pairs : n->words;
            struct mac_blocks macs = {w, x, sums[block], words, 1, 0, 0};

            mac_pairs(&macs);
            w += FILTERS * words;
            x += 4 * words;
        }
        for (int32_t i = 0; i < 8; i++) {
            uint32_t b = (uint32_t)sums[1][i], c = (uint32_t)sums[0][i];

            *top++ = (int32_t)((uint32_t)sums[2][i] + b + c);
            *bottom++ = (int32_t)((uint32_t)sums[3][i] + b - c);
        }
    }
}
#endif
