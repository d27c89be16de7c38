"""The candidates for each group of nodes: a target's own kernels, and plain C."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from convert.compiler.ir import Node
from convert.compiler.operators import registry
from convert.compiler.operators.common.linear import Linear
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.depthwise_conv2d import DepthwiseConv2D
from convert.compiler.program import Step
from convert.compiler.targets import avr, costs, mve, riscv32, scalar, simd32, vectors
from convert.compiler.targets.options import Optimize, Target
from convert.compiler.targets.single_channel import as_convolution

Find = Callable[[Node, LoweringContext], list[Step]]

_OWN: Mapping[Target, Find] = {
    Target.CORTEX_M0: scalar.candidates,
    Target.CORTEX_M3: scalar.candidates,
    Target.CORTEX_M4: simd32.candidates,
    Target.CORTEX_M7: simd32.candidates,
    Target.CORTEX_M33: simd32.candidates,
    Target.CORTEX_M55: mve.candidates,
    Target.AVR: avr.candidates,
    Target.RISCV32: riscv32.candidates,
    Target.WASM: vectors.finder(vectors.WASM),
    Target.X86_64_V3: vectors.finder(vectors.X86),
    Target.AARCH64: vectors.finder(vectors.AARCH64),
}


_LARGE = ("conv_pixels", "depthwise_four", "depthwise_lines", "depthwise_pixels")
"""Kernels that are fast, but need more code than plain C and save no tables."""


def candidates(
    site: LoweringContext, target: Target, optimize: Optimize = Optimize.SPEED
) -> Sequence[tuple[Step, ...]]:
    """The calls that could compute a group of nodes on ``target``, plain C the last."""
    first = site.group[0]
    find = _OWN.get(target)

    def priced(step: Step) -> Step:
        return costs.priced(step, target, site.match)

    plain = registry()[first.op].lower(first, site)
    if target is Target.AVR:
        plain = avr.fetched(plain, site)
    if find is None or (isinstance(first, Linear) and not first.is_usual(site.match)):
        return [tuple(map(priced, plain))]
    is_speed = optimize is Optimize.SPEED
    found = [step for step in find(_simplest(first), site) if is_speed or step.kernel not in _LARGE]
    own = [replace(step, batch=plain[0].batch) for step in found]
    return [*((priced(step),) for step in own), tuple(map(priced, plain))]


def _simplest(node: Node) -> Node:
    """What kernels are looked for instead of ``node``."""
    if isinstance(node, DepthwiseConv2D) and node.input.shape[3] == 1:
        return as_convolution(node)
    return node
