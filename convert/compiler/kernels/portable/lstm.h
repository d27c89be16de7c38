/* needs: prologue, types, dot, fixed_point, words16 */
/* Weights and scales of a gate. */
struct gate {
    const int8_t *weights;      /* [cells, inputs] */
    const int8_t *recurrent;    /* [cells, cells] */
    const int32_t *bias;        /* [cells], with the input's zero point folded in */
    const int32_t *correction;  /* [cells], the hidden state's zero point folded in */
    int32_t multiplier, shift;
    int32_t recurrent_multiplier, recurrent_shift;
};

/* A long short-term memory; what it remembers is [batch, cells]. */
struct lstm {
    int32_t batch, time, inputs, cells;
    int32_t time_major;              /* 1: the input is [time, batch, inputs]; 0: batch is first */
    struct gate input_gate, forget_gate, cell_gate, output_gate;
    int32_t exponent;                /* a cell's state is real * 2^-exponent */
    int32_t clip;                    /* the largest state of a cell */
    int32_t multiplier, shift;       /* from sums of the output gate to the output */
    int32_t zero_point;              /* of the output */
    const uint16_t *entries;         /* [256] of the sigmoid, where it is read from a table */
};

/* What a gate makes of the input and of what is remembered, before it saturates. */
HELPER int32_t gate_input(const struct gate *g, const struct lstm *l, const int8_t *in, int32_t cell)
{
    int32_t sum = g->bias[cell] + dot(g->weights + cell * l->inputs, in, l->inputs);

    return saturate16(scale_fixed(sum, g->multiplier, g->shift));
}

HELPER int32_t gate_recurrent(const struct gate *g, const struct lstm *l, const int8_t *hidden,
                              int32_t cell)
{
    int32_t sum = g->correction[cell] + dot(g->recurrent + cell * l->cells, hidden, l->cells);

    return scale_fixed(sum, g->recurrent_multiplier, g->recurrent_shift);
}

/* The next state of a cell, given what is kept of it and what is added. */
HELPER int32_t next_state(const struct lstm *l, int32_t kept, int32_t added)
{
    int32_t state = saturate16((int64_t)kept + added);

    return state > l->clip ? l->clip : state < -l->clip ? -l->clip : state;
}

/* The output of a cell, given the output gate times its squashed state. */
HELPER int8_t cell_output(const struct lstm *l, int32_t product)
{
    int64_t out = (int64_t)scale_fixed(product, l->multiplier, l->shift) + l->zero_point;

    return (int8_t)(out < INT8_MIN ? INT8_MIN : out > INT8_MAX ? INT8_MAX : out);
}

typedef int8_t lstm_cell(const struct lstm *l, const int8_t *in, const int8_t *hidden,
                         arena_int16 *states, int32_t cell);

/* Every moment in turn; run_cell brings one cell on and gives its output. */
NO_LIBC INLINE void lstm_run(const struct lstm *l, lstm_cell *run_cell, const int8_t *in,
                             int8_t *out, int8_t *hidden, arena_int16 *states)
{
    for (int32_t moment = 0; moment < l->time; moment++) {
        for (int32_t row = 0; row < l->batch; row++) {
            int32_t at = l->time_major ? moment * l->batch + row : row * l->time + moment;
            int8_t *kept = hidden + row * l->cells;
            int8_t *next = out + at * l->cells;

            for (int32_t cell = 0; cell < l->cells; cell++)
                next[cell] = run_cell(l, in + at * l->inputs, kept, states + row * l->cells, cell);
            for (int32_t cell = 0; cell < l->cells; cell++)
                kept[cell] = next[cell];
        }
    }
}
