/* needs: prologue */
/* How a result in steps of the output becomes an output. */
struct limits {
    int32_t zero_point, low, high;  /* the result is within low..high */
};

/* value + zero_point within the limits, without overflow on the way. */
HELPER int32_t limited(const struct limits *l, int32_t value)
{
    if (value < l->low - l->zero_point)
        return l->low;
    return value > l->high - l->zero_point ? l->high : value + l->zero_point;
}

/* The same of a value so small that nothing can overflow, which is quicker. */
HELPER int32_t limited_sum(const struct limits *l, int32_t value)
{
    value += l->zero_point;
    return value < l->low ? l->low : value > l->high ? l->high : value;
}
