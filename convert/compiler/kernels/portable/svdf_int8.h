/* needs: prologue, dot, fixed_point */
/* Filters of rank 1 over features and time, as svdf.h has them, with states of 8 bits. */
struct svdf_int8 {
    int32_t batch, inputs, units;
    int32_t rank;                           /* filters of a unit */
    int32_t memory;                         /* moments that a filter remembers */
    const int8_t *features;                 /* [units * rank, inputs] */
    const int8_t *time;                     /* [units * rank, memory] */
    const int32_t *correction;              /* [units * rank], the input's zero point folded in */
    const int32_t *bias;                    /* [units] */
    int32_t state_zero_point;
    int32_t state_multiplier, state_shift;  /* from sums of features to the state */
    int32_t multiplier, shift;              /* from sums over time to the output */
    int32_t zero_point;                     /* of the output */
};

/* Forget the oldest moment of a state and remember a new one, whose bits beyond 8 are lost, as they
 * are in the runtime. */
NO_LIBC static void svdf_remember_int8(int8_t *state, int32_t memory, int32_t newest)
{
    for (int32_t i = 1; i < memory; i++)
        state[i - 1] = state[i];
    state[memory - 1] = (int8_t)(uint8_t)newest;
}

static void svdf_int8(const struct svdf_int8 *s, const int8_t *in, int8_t *out, int8_t *states)
{
    for (int32_t row = 0; row < s->batch; row++, in += s->inputs) {
        for (int32_t unit = 0; unit < s->units; unit++) {
            uint32_t sum = (uint32_t)s->bias[unit]; /* wraps, as it does in the runtimes */
            int64_t result;

            for (int32_t filter = unit * s->rank; filter < (unit + 1) * s->rank; filter++) {
                int32_t newest = dot(s->features + filter * s->inputs, in, s->inputs);

                newest += s->correction[filter];
                newest = scale_fixed(newest, s->state_multiplier, s->state_shift);
                newest = newest < -128 ? -128 : newest > 127 ? 127 : newest;
                svdf_remember_int8(states, s->memory, newest + s->state_zero_point);
                for (int32_t i = 0; i < s->memory; i++)
                    sum += (uint32_t)((states[i] - s->state_zero_point) *
                                      s->time[filter * s->memory + i]);
                states += s->memory;
            }
            result = (int64_t)scale_fixed((int32_t)sum, s->multiplier, s->shift) + s->zero_point;
            *out++ = (int8_t)(result < -128 ? -128 : result > 127 ? 127 : result);
        }
    }
}
