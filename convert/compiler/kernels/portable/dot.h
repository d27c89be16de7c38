/* needs: nothing; flash: a */
/* The sum of a[i] * b[i]. A function of its own, because compilers that put it into the loops
 * around it run out of registers. */
#if defined(__GNUC__)
__attribute__((noinline))
#endif
static int32_t dot(const int8_t *a, const int8_t *b, int32_t count)
{
    int32_t sum = 0;

    for (int32_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}
