"""The cores that C is made for, and the choice of a kernel for each node."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from convert.compiler import dsp, generic, graph, mve, words
from convert.compiler.numerics import Match
from convert.compiler.program import Step
from convert.compiler.site import Site


class Target(enum.StrEnum):
    """A core, or WebAssembly with SIMD; ``generic`` is plain C99, right on every one."""

    GENERIC = "generic"
    CORTEX_M0 = "cortex-m0"
    CORTEX_M3 = "cortex-m3"
    CORTEX_M4 = "cortex-m4"
    CORTEX_M7 = "cortex-m7"
    CORTEX_M33 = "cortex-m33"
    CORTEX_M55 = "cortex-m55"
    WASM = "wasm"

    @property
    def is_core(self) -> bool:
        """Whether it is a microcontroller's core."""
        return self not in (Target.GENERIC, Target.WASM)

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
    max_flash: int | None = None  # bytes of tables
    max_ram: int | None = None  # bytes of arena

    def __str__(self) -> str:
        """As on the command line; what is left at its default is not named."""
        words = [f"--match {self.match} --target {self.target}"]
        if self.optimize is not Optimize.SPEED:
            words.append(f"--optimize {self.optimize}")
        for name, limit in (("--max-flash", self.max_flash), ("--max-ram", self.max_ram)):
            words += [] if limit is None else [f"{name} {limit}"]
        return " ".join(words)


Ways = Callable[[graph.Node, Site], list[Step]]

_WAYS: Mapping[Target, Ways] = {
    Target.CORTEX_M0: words.ways,
    Target.CORTEX_M3: words.ways,
    Target.CORTEX_M4: dsp.ways,
    Target.CORTEX_M7: dsp.ways,
    Target.CORTEX_M33: dsp.ways,
    Target.CORTEX_M55: mve.ways,
    Target.WASM: dsp.ways,
}


def ways(site: Site, target: Target) -> list[tuple[Step, ...]]:
    """The ways to compute a group of nodes on ``target``: its own kernels, and plain C."""
    find = _WAYS.get(target)
    own = find(site.group[0], site) if find else []
    return [*((step,) for step in own), tuple(generic.steps(site))]
