"""Plain C for the operators without weights."""

import math

from convert.compiler import graph, numerics, overlap
from convert.compiler.numerics import Match
from convert.compiler.program import Step, Table
from convert.compiler.site import Site, image, window


def pool(node: graph.Pool, site: Site) -> list[Step]:
    """Max- or average-pooling."""
    kernel = "max_pool" if node.op == "MAX_POOL_2D" else "average_pool"
    delegated = kernel == "max_pool" and site.match is Match.XNNPACK
    rounding = site.match if delegated else Match.REF
    low, high = numerics.bounds(node.activation, node.output, rounding)
    fields = {
        "in": image(node.input),
        "out": image(node.output),
        "window": window(node.window),
        "low": low,
        "high": high,
    }
    lead = overlap.lead(node.input, node.output, node.window)
    return [site.step(kernel, fields, (), lead=lead)]


def mean(node: graph.Mean, site: Site) -> list[Step]:
    """A mean."""
    rank = len(node.input.shape)
    size = (1,) * (4 - rank) + node.input.shape
    summed = {axis + 4 - rank for axis in node.axes}
    kept = tuple(1 if axis in summed else n for axis, n in enumerate(size))
    fields: dict[str, object] = {"mean": {"size": size, "kept": kept}, "outputs": node.output.size}
    count = node.input.size // node.output.size
    if site.match is Match.XNNPACK:
        scale, bias = numerics.mean_float(node, count)
        return [site.step("mean_float", fields | {"scale": scale, "bias": bias}, ())]
    by = numerics.mean_fixed(node, count)
    fields |= {
        "bias": count * node.input.zero_point,
        "multiplier": by.quantized,
        "shift": by.shift,
        "zero_point": node.output.zero_point,
    }
    return [site.step("mean_fixed", fields, ())]


def add(node: graph.Add, site: Site) -> list[Step]:
    """An addition."""
    kernel, values = numerics.addition(node, site.match)
    fields = {"count": node.output.size, **values}
    return [site.step(kernel, fields, (), in_place=True)]


def pad(node: graph.Pad, site: Site) -> list[Step]:
    """Padding."""
    before = (0,) * (4 - len(node.before)) + node.before
    fields = {
        "in": image(node.input),
        "out": image(node.output),
        "top": before[1],
        "left": before[2],
        "front": before[3],
        "zero_point": node.output.zero_point,
    }
    return [site.step("pad", fields, ())]


def softmax(node: graph.Softmax, site: Site) -> list[Step]:
    """A softmax."""
    length = node.input.shape[-1]
    fields: dict[str, object] = {"rows": node.input.size // length, "length": length}
    if site.match is Match.XNNPACK:
        table = Table(f"{site.name}_power", "float", numerics.softmax_table(node), "[difference]")
        fields["power"] = table
        return [site.step("softmax_float", fields, (table,), in_place=True)]
    fields |= numerics.softmax_fixed(node)
    return [site.step("softmax_fixed", fields, (), in_place=True)]


def pointwise(node: graph.Pointwise, site: Site) -> list[Step]:
    """A table of 256 bytes for whatever maps byte to byte."""
    values = numerics.pointwise_table(node.op, node.input, node.output, site.match)
    table = Table(f"{site.name}_table", "int8_t", values, "[input + 128]")
    fields = {"table": table, "count": node.output.size}
    return [site.step("lookup", fields, (table,), in_place=True)]


def concatenation(node: graph.Concatenation, site: Site) -> list[Step]:
    """A concatenation: one copy per input."""
    rows = math.prod(node.output.shape[: node.axis])
    pitch, offset, result = node.output.size // rows, 0, []
    for tensor in node.inputs:
        length = tensor.size // rows
        fields = {"rows": rows, "length": length, "pitch": pitch, "offset": offset}
        result.append(site.step("concatenate", fields, (), source=tensor))
        offset += length
    return result
