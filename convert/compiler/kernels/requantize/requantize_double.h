/* needs: double */
/* Requantization in double precision, half away from zero. */
struct real_scaling {
    const double *scale;            /* [channels] */
    int32_t zero_point, low, high;  /* of the output; the result is within low..high */
};

static int32_t requantize_real(const struct real_scaling *s, int32_t channel, double sum)
{
    double real = sum * s->scale[channel];
    double rest;
    int32_t result;

    real = real > 131072.0 ? 131072.0 : real < -131072.0 ? -131072.0 : real;
    result = (int32_t)real; /* towards zero */
    rest = real - (double)result;
    result += (rest >= 0.5) - (rest <= -0.5);
    result += s->zero_point;
    return result < s->low ? s->low : result > s->high ? s->high : result;
}
