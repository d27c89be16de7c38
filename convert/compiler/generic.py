"""The target "generic": plain C99, right on every core. One function per kind of node."""

from collections.abc import Callable, Mapping
from typing import Any

from convert.compiler import graph, linear, others
from convert.compiler.program import Step
from convert.compiler.site import Site

_KERNELS: Mapping[type[graph.Node], Callable[[Any, Site], list[Step]]] = {
    graph.Conv: linear.conv,
    graph.Depthwise: linear.depthwise,
    graph.Dense: linear.dense,
    graph.Pool: others.pool,
    graph.Mean: others.mean,
    graph.Add: others.add,
    graph.Pad: others.pad,
    graph.Softmax: others.softmax,
    graph.Pointwise: others.pointwise,
    graph.Concatenation: others.concatenation,
}


def steps(site: Site) -> list[Step]:
    """The kernel calls for a group of nodes, chosen by the kind of its first."""
    first = site.group[0]
    return _KERNELS[type(first)](first, site)
