"""What the examples of libraries for other languages than C run on, and what they print.

As in C: the first golden vector, whose elements come from a generator that fits into a line, so
that what is printed is known beforehand.
"""

import math
from collections.abc import Callable

import numpy as np

from convert.compiler import golden
from convert.package import bridge
from convert.package.bridge import Tensor
from convert.package.library import Library

SHOWN = 16
"""Elements of an output that are printed."""
_DRAWN = {"int8": (24, 128), "uint8": (24, 0), "int16": (16, 32768), "int32": (24, 128)} | {
    "float32": (24, 128),
    "bool": (31, 0),
}
"""By the type: bits that a number of the generator is shifted by, and what is subtracted then."""


def given(library: Library, line: Callable[[Tensor, str, float], str], draw: str) -> str:
    """A line of code for each input, by its tensor, an element's code, and the step of a real one.

    ``draw`` is the code of the next number, shifted by ``{}`` bits.
    """
    tensors, found = library.unit.network.inputs, []
    for one, tensor in zip(bridge.inputs(library.unit), tensors, strict=True):
        bits, less = _DRAWN[one.kind]
        element = draw.format(bits) + (f" - {less}" if less else "")
        step = float(golden.float_step(library.unit.network, tensor))
        found.append(line(one, element, step))
    return "\n".join(found)


def printed(library: Library) -> str:
    """What the example prints; three places, of halves the greater, are the same everywhere."""
    lines = ["self-test: ok"]
    _, answers = library.vectors()[0]
    for one, stored in zip(bridge.outputs(library.unit), answers, strict=True):
        for number, element in enumerate(np.ravel(stored)[:SHOWN].tolist()):
            real = one.scale * (element - one.zero_point) if one.scale else element
            rounded = math.floor(real * 1000 + 0.5) / 1000
            lines.append(f"{one.name}[{number}] = {rounded:.3f}")
    lines += [f"label: {library.answer()}"] if library.labels else []
    return "\n".join(lines)
