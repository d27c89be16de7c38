"""The bounds that a fused activation puts on stored values, as each runtime rounds them."""

import numpy as np

from convert.compiler.arithmetic.fixed_point import round_half_away
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Tensor

BOUNDS = {
    "NONE": (None, None),
    "RELU": (0.0, None),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
    "RELU_0_TO_1": (0.0, 1.0),
}
"""The activations that integers have, with their bounds as reals."""


def bounds(activation: str, tensor: Tensor, match: Match) -> tuple[int, int]:
    """The smallest and largest stored value of ``tensor`` that ``activation`` lets through."""

    def stored(real: float) -> int:
        with np.errstate(over="ignore"):
            steps = np.float32(real) / tensor.scale
        steps = np.float32(np.clip(steps, -(1 << 24), 1 << 24))
        if match is Match.XNNPACK:
            value = float(np.rint(np.float32(steps + np.float32(tensor.zero_point))))
        else:
            value = tensor.zero_point + round_half_away(float(steps))
        return int(min(max(value, tensor.lowest), tensor.highest))

    low, high = BOUNDS[activation]
    return (
        tensor.lowest if low is None else stored(low),
        tensor.highest if high is None else stored(high),
    )
