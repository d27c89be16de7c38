/* The sum of a[i] * b[i]. */
static int32_t dot(const int8_t *a, const int8_t *b, int32_t count)
{
    int32_t sum = 0;

    for (int32_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}
