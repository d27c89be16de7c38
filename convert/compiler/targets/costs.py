"""What a kernel call takes on a core: what there is to do, times what each of it takes.

The coefficients in costs.json are instructions, fitted to counts in an emulator by
``python -m tests.compiler.costs``. For Cortex-M7 and M33, which run the same code as the M4, the
M4's hold; for plain C on unknown cores and WebAssembly they only say which takes more.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from convert.compiler.arithmetic.match import Match
from convert.compiler.program import Step
from convert.compiler.targets.options import Target

PATH = Path(__file__).with_name("costs.json")
COUNTED = (
    Target.CORTEX_M0,
    Target.CORTEX_M3,
    Target.CORTEX_M4,
    Target.CORTEX_M55,
    Target.AVR,
    Target.RISCV32,
)
"""The cores that have coefficients of their own."""
_UNKNOWN = {"calls": 100.0, "inputs": 15.0, "outputs": 30.0, "macs": 15.0}
"""For a kernel that has not been counted yet: about what plain C takes."""
_VECTORS = {"calls": 100.0, "inputs": 1.0, "outputs": 4.0, "macs": 0.3}
"""For one of kernels/vectors, about: no machine has two of them to choose from."""

Coefficients = Mapping[str, float]


def work(step: Step) -> dict[str, float]:
    """What there is to do in a call, by name: of every kernel, and what is its own."""
    own = {name: amount * step.batch for name, amount in step.work.items()}
    return {
        "calls": step.batch,
        "inputs": sum(buffer.size for buffer in step.inputs),
        "outputs": step.output.size,
        "macs": step.macs,
        **own,
    }


def coefficients(kernel: str, target: Target, match: Match) -> Coefficients:
    """Instructions by the names of ``work``; of XNNPACK's mode where ``match`` has none."""
    if kernel.endswith("_lanes"):
        return _VECTORS
    table = _table()
    of_core = table.get(target if target in COUNTED else Target.CORTEX_M4, {})
    for mode in (match, *Match):
        if found := of_core.get(mode, {}).get(kernel):
            return found
    return _UNKNOWN


def instructions(step: Step, target: Target, match: Match) -> int:
    """Instructions of a call, estimated; at least 1."""
    found = coefficients(step.kernel, target, match)
    return max(1, round(sum(found.get(name, 0) * amount for name, amount in work(step).items())))


def priced(step: Step, target: Target, match: Match) -> Step:
    """``step`` with the instructions that it takes."""
    return replace(step, instructions=instructions(step, target, match))


@cache
def _table() -> Mapping[str, Mapping[str, Mapping[str, Coefficients]]]:
    return json.loads(PATH.read_text()) if PATH.exists() else {core: {} for core in COUNTED}
