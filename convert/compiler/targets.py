"""The cores that C is made for, and the choice of a kernel for each node."""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from convert.compiler import dsp, generic, graph, mve, words
from convert.compiler.numerics import Match
from convert.compiler.program import Step
from convert.compiler.site import Site


class Target(enum.StrEnum):
    """A core; ``generic`` is plain C99, right on every one."""

    GENERIC = "generic"
    CORTEX_M0 = "cortex-m0"
    CORTEX_M3 = "cortex-m3"
    CORTEX_M4 = "cortex-m4"
    CORTEX_M7 = "cortex-m7"
    CORTEX_M33 = "cortex-m33"
    CORTEX_M55 = "cortex-m55"

    @property
    def lanes(self) -> str:
        """Numbers that a multiplication takes at once, where a kernel does either."""
        return "one" if self in (Target.CORTEX_M0, Target.CORTEX_M3) else "two"


class Optimize(enum.StrEnum):
    """What a kernel is chosen by."""

    SPEED = "speed"
    SIZE = "size"


@dataclass(frozen=True)
class Options:
    """What decides the generated code besides the model."""

    match: Match = Match.XNNPACK
    target: Target = Target.GENERIC
    optimize: Optimize = Optimize.SPEED

    def __str__(self) -> str:
        """As on the command line; the default way to optimize is not named."""
        how = "" if self.optimize is Optimize.SPEED else f" --optimize {self.optimize}"
        return f"--match {self.match} --target {self.target}{how}"


Ways = Callable[[graph.Node, Site], list[Step]]

_WAYS: Mapping[Target, Ways] = {
    Target.CORTEX_M0: words.ways,
    Target.CORTEX_M3: words.ways,
    Target.CORTEX_M4: dsp.ways,
    Target.CORTEX_M7: dsp.ways,
    Target.CORTEX_M33: dsp.ways,
    Target.CORTEX_M55: mve.ways,
}


def steps(site: Site, options: Options) -> list[Step]:
    """The kernel calls for a group of nodes: the best of the target's ways, else plain C."""
    plain = generic.steps(site)
    find = _WAYS.get(options.target)
    ways = find(site.group[0], site) if find else []
    return [best([*ways, *plain], options.optimize)] if ways else plain


def best(ways: Sequence[Step], optimize: Optimize) -> Step:
    """The fastest of ``ways``, or the smallest, and of equals the smaller or faster."""
    if optimize is Optimize.SIZE:
        return min(ways, key=lambda way: (way.flash, way.instructions))
    return min(ways, key=lambda way: (way.instructions, way.flash))
