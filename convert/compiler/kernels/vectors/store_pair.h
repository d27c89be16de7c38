/* needs: prologue, vector, plain_vector, requantize, requantize_vectors */
/* Sums of 2 * LANES channels become bytes. */
#define PAIR (2 * LANES)

#if defined(SCALE_LANES)
/* What the channels from one on need. */
struct finish {
    scales a, b;
    struct border border;
};

TIGHT struct finish finish_of(const struct scaling *s, int32_t channel)
{
    struct finish f = {load_scales(s, channel), load_scales(s, channel + LANES),
                       border_of(s->zero_point, s->low, s->high)};

    return f;
}

/* Store `count` channels, PAIR at most. */
TIGHT void store_pair(const struct finish *f, lanes a, lanes b, int32_t count, int8_t *out)
{
    int8_t some[PAIR];

    a = scale_lanes(f->a, a);
    b = scale_lanes(f->b, b);
    if (count >= PAIR) {
        store_bytes(&f->border, a, b, out);
        return;
    }
    store_bytes(&f->border, a, b, some);
    if (count == LANES) {
        __builtin_memcpy(out, some, LANES);
        return;
    }
    for (int32_t i = 0; i < PAIR; i++)
        if (i < count)
            out[i] = some[i];
}
#else
struct finish {
    const struct scaling *scaling;
    int32_t channel;
};

TIGHT struct finish finish_of(const struct scaling *s, int32_t channel)
{
    struct finish f = {s, channel};

    return f;
}

TIGHT void store_pair(const struct finish *f, lanes a, lanes b, int32_t count, int8_t *out)
{
    int32_t sums[PAIR];

    put_lanes(sums, a);
    put_lanes(sums + LANES, b);
    for (int32_t i = 0; i < count && i < PAIR; i++)
        out[i] = requantize(f->scaling, f->channel + i, sums[i]);
}
#endif
