/* needs: double */
/* Requantization in double precision, half away from zero. */
struct real_scaling {
    const double *scale;            /* [channels] */
    int32_t zero_point, low, high;  /* of the output; the result is within low..high */
};

static int8_t requantize_real(const struct real_scaling *s, int32_t channel, int32_t sum)
{
    double real = (double)sum * s->scale[channel];
    double rest;
    int32_t result;

    real = real > 1024.0 ? 1024.0 : real < -1024.0 ? -1024.0 : real;
    result = (int32_t)real; /* towards zero */
    rest = real - (double)result;
    result += (rest >= 0.5) - (rest <= -0.5);
    result += s->zero_point;
    return (int8_t)(result < s->low ? s->low : result > s->high ? s->high : result);
}
