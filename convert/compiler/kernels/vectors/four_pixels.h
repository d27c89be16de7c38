/* needs: prologue, vector, plain_mac */
/* Sums of LANES channels for four pixels. */
struct four {
    parts p0, p1, p2, p3;
};

TIGHT struct four start_four(lanes bias)
{
    parts each = start_parts(bias);
    struct four sums = {each, each, each, each};

    return sums;
}

TIGHT lanes largest_of(const struct four *sums)
{
    lanes a = larger_lanes(whole_lanes(sums->p0), whole_lanes(sums->p1));

    return larger_lanes(a, larger_lanes(whole_lanes(sums->p2), whole_lanes(sums->p3)));
}
