"""The candidates for each group of nodes: a target's own kernels, and plain C."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from convert.compiler.ir import Node
from convert.compiler.operators import registry
from convert.compiler.operators.common.linear import Linear
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.program import Step
from convert.compiler.targets import costs, mve, scalar, simd32
from convert.compiler.targets.options import Target

Find = Callable[[Node, LoweringContext], list[Step]]

_OWN: Mapping[Target, Find] = {
    Target.CORTEX_M0: scalar.candidates,
    Target.CORTEX_M3: scalar.candidates,
    Target.CORTEX_M4: simd32.candidates,
    Target.CORTEX_M7: simd32.candidates,
    Target.CORTEX_M33: simd32.candidates,
    Target.CORTEX_M55: mve.candidates,
    Target.WASM: simd32.candidates,
}


def candidates(site: LoweringContext, target: Target) -> Sequence[tuple[Step, ...]]:
    """The calls that could compute a group of nodes on ``target``, plain C the last."""
    first = site.group[0]
    find = _OWN.get(target)

    def priced(step: Step) -> Step:
        work = {**step.work, **({"formula": step.instructions} if step.instructions else {})}
        step = replace(step, work=work)
        return replace(step, instructions=costs.instructions(step, target, site.match))

    plain = registry()[first.op].lower(first, site)
    if find is None or (isinstance(first, Linear) and not first.is_usual(site.match)):
        return [tuple(map(priced, plain))]
    own = [replace(step, batch=plain[0].batch) for step in find(first, site)]
    return [*((priced(step),) for step in own), tuple(map(priced, plain))]
