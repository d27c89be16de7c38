/* needs: lstm, sigmoid16; struct: lstm */
/* A long short-term memory with LiteRT's roundings. */
static int32_t fixed_gate(const struct gate *g, const struct lstm *l, const int8_t *in,
                          const int8_t *hidden, int32_t cell)
{
    int64_t value = gate_input(g, l, in, cell);

    return saturate16(value + gate_recurrent(g, l, hidden, cell));
}

static int8_t fixed_cell(const struct lstm *l, const int8_t *in, const int8_t *hidden,
                         arena_int16 *states, int32_t cell)
{
    int32_t enter = logistic16(fixed_gate(&l->input_gate, l, in, hidden, cell));
    int32_t forget = logistic16(fixed_gate(&l->forget_gate, l, in, hidden, cell));
    int32_t fresh = tanh16(fixed_gate(&l->cell_gate, l, in, hidden, cell), 3);
    int32_t open = logistic16(fixed_gate(&l->output_gate, l, in, hidden, cell));
    int32_t kept = rounding_divide(forget * states[cell], 15);
    int32_t added = rounding_divide(enter * fresh, 30 + l->exponent);

    states[cell] = (int16_t)next_state(l, kept, added);
    return cell_output(l, tanh16(states[cell], 15 + l->exponent) * open);
}

static void lstm_fixed(const struct lstm *l, const int8_t *in, int8_t *out, int8_t *hidden,
                       arena_int16 *states)
{
    lstm_run(l, fixed_cell, in, out, hidden, states);
}
