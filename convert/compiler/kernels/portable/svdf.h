/* needs: prologue, types, dot, fixed_point, words16 */
/* Filters of rank 1 over features and time; the newest sum of features is the last of a state. */
struct svdf {
    int32_t batch, inputs, units;
    int32_t rank;                           /* filters of a unit */
    int32_t memory;                         /* moments that a filter remembers */
    const int8_t *features;                 /* [units * rank, inputs] */
    const int16_t *time;                    /* [units * rank, memory] */
    const int32_t *correction;              /* [units * rank], the input's zero point folded in */
    const int32_t *bias;                    /* [units] */
    int32_t state_multiplier, state_shift;  /* from sums of features to the state */
    int32_t multiplier, shift;              /* from sums over time to the output */
    int32_t zero_point;                     /* of the output */
};

/* Forget the oldest moment of a state and remember a new one. */
NO_LIBC static void svdf_remember(arena_int16 *state, int32_t memory, int32_t newest)
{
    for (int32_t i = 1; i < memory; i++)
        state[i - 1] = state[i];
    state[memory - 1] = (int16_t)newest;
}

static void svdf(const struct svdf *s, const int8_t *in, int8_t *out, arena_int16 *states)
{
    for (int32_t row = 0; row < s->batch; row++, in += s->inputs) {
        for (int32_t unit = 0; unit < s->units; unit++) {
            uint32_t sum = (uint32_t)s->bias[unit]; /* wraps, as it does in the runtimes */
            int64_t result;

            for (int32_t filter = unit * s->rank; filter < (unit + 1) * s->rank; filter++) {
                int32_t newest = dot(s->features + filter * s->inputs, in, s->inputs);

                newest += s->correction[filter];
                newest = scale_fixed(newest, s->state_multiplier, s->state_shift);
                svdf_remember(states, s->memory, saturate16(newest));
                for (int32_t i = 0; i < s->memory; i++)
                    sum += (uint32_t)((int32_t)s->time[filter * s->memory + i] * states[i]);
                states += s->memory;
            }
            result = (int64_t)scale_fixed((int32_t)sum, s->multiplier, s->shift) + s->zero_point;
            *out++ = (int8_t)(result < -128 ? -128 : result > 127 ? 127 : result);
        }
    }
}
