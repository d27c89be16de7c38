/* needs: lstm, sigmoid_table; struct: lstm */
/* A long short-term memory with TensorFlow Lite Micro's roundings. */
static int32_t table_gate(const struct gate *g, const struct lstm *l, const int8_t *in,
                          const int8_t *hidden, int32_t cell)
{
    int64_t value = gate_input(g, l, in, cell);

    return saturate16(value + saturate16(gate_recurrent(g, l, hidden, cell)));
}

static int8_t table_cell(const struct lstm *l, const int8_t *in, const int8_t *hidden,
                         arena_int16 *states, int32_t cell)
{
    const uint16_t *entries = l->entries;
    int32_t half = (int32_t)1 << 30; /* a factor of 1/2 in fixed point */
    int32_t enter = logistic_table(entries, table_gate(&l->input_gate, l, in, hidden, cell));
    int32_t forget = logistic_table(entries, table_gate(&l->forget_gate, l, in, hidden, cell));
    int32_t fresh = tanh_table(entries, table_gate(&l->cell_gate, l, in, hidden, cell), -12);
    int32_t open = logistic_table(entries, table_gate(&l->output_gate, l, in, hidden, cell));
    int32_t kept = scale_fixed(forget * states[cell], half, -14);
    int32_t added = scale_fixed(enter * fresh, half, -29 - l->exponent);

    states[cell] = (int16_t)next_state(l, saturate16(kept), saturate16(added));
    return cell_output(l, tanh_table(entries, states[cell], l->exponent) * open);
}

static void lstm_table(const struct lstm *l, const int8_t *in, int8_t *out, int8_t *hidden,
                       arena_int16 *states)
{
    lstm_run(l, table_cell, in, out, hidden, states);
}
