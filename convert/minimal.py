"""What a minimal image takes around a network: code by kernels, stack, statics.

The coefficients in minimal.json are bytes, fitted from above to images of the smallest kernels by
``python -m tests.firmware.minimal``: a constant, what a kernel adds, and what each further call of
it does, for its struct reaches the C compiler as literals. Where a kernel or a core has none there
is no answer.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from convert.compiler.build import Compiled
from convert.compiler.program import Keep, Step
from convert.compiler.targets.options import Optimize, Target

PATH = Path(__file__).with_name("minimal.json")
_MARGIN = 1.05
"""For networks that are like none that was measured."""
_ALIGNED = 16  # bytes, of which a stack's size is a multiple on cores of 32 bits
_LEAST = 256  # bytes that their linker scripts insist on


@cache
def table() -> Mapping[str, Any]:
    """The coefficients by core, mode, and what they give."""
    return dict(json.loads(PATH.read_text()))


def features(compiled: Compiled) -> dict[str, int]:
    """What code and stack depend on, and how much there is of it."""
    steps = compiled.unit.program.steps
    calls = Counter(kernel for step in steps for kernel in _calls(step))
    found = {"image": 1, "structs": sum(step.structs for step in steps)}
    for name, count in calls.items():
        found |= {name: 1, f"{name} again": count - 1}
    return found


def _calls(step: Step) -> Iterator[str]:
    """The kernel of each call that stands in the C."""
    if step.bands is None:
        yield step.kernel
        return
    for loop in step.bands.loops:
        for one in loop.calls:
            yield "keep_rows" if isinstance(one, Keep) else step.bands.parts[one.part][0].kernel


def code(compiled: Compiled) -> int | None:
    """Bytes of flash, at most, besides tables; None: that is not known."""
    return _bound(compiled, "code")


def stack(compiled: Compiled) -> int | None:
    """Bytes of stack, at most; None: that is not known."""
    found = _bound(compiled, "stack")
    if found is None or compiled.unit.options.target is Target.AVR:
        return found
    return max(_LEAST, -(-found // _ALIGNED) * _ALIGNED)


def statics(compiled: Compiled) -> int:
    """Bytes of RAM, at most, besides arena, state and stack.

    Where each output lies; of several inputs and outputs, their sizes; the clock's hertz on cores
    of 32 bits, and what aligns.
    """
    inputs, outputs = len(compiled.unit.network.inputs), len(compiled.unit.network.outputs)
    words = outputs + (inputs + outputs + 1 if inputs + outputs > 2 else 0)
    return 2 * words if compiled.unit.options.target is Target.AVR else 4 * words + 8


def _bound(compiled: Compiled, what: str) -> int | None:
    options = compiled.unit.options
    if options.optimize is not Optimize.SIZE:
        return None
    bytes_of = table().get(options.target, {}).get(options.match, {}).get(what, {})
    found = {name: count for name, count in features(compiled).items() if count}
    if not set(found) <= set(bytes_of):
        return None
    total = sum(bytes_of[name] * count for name, count in found.items())
    return math.ceil(_MARGIN * total)
