"""From a ``.tflite`` to a checked graph, or to one line that says what cannot be compiled.

Nothing that the file claims is taken on trust: every shape is computed again from the operator and
compared with the file's, every constant must have the size of its shape, every tensor must be
written once before it is read.
"""

import hashlib
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from convert.compiler import graph as ir
from convert.compiler.context import Context, activation_tensor, valid_scale
from convert.compiler.shapes import Geometry, geometry
from convert.tflite import Model
from runtime.errors import ModelError


def read(model: Model) -> ir.Graph:
    """The checked graph of ``model``; raises ModelError naming operator or tensor."""
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        counts = f"{len(model.inputs)} inputs and {len(model.outputs)} outputs"
        raise ModelError(f"the model has {counts}, expected one of each")
    source = activation_tensor(model, model.inputs[0], "input")
    written = {source.number}
    nodes = []
    for index, operator in enumerate(model.operators):
        context = Context(model, index, operator)
        node = _read_node(context)
        for tensor in node.inputs:
            if tensor.number not in written:
                raise context.fail(f"reads {tensor.name!r} before any operator wrote it")
        if node.output.number in written:
            raise context.fail(f"writes {node.output.name!r}, which is written already")
        written.add(node.output.number)
        nodes.append(node)
    result = activation_tensor(model, model.outputs[0], "output")
    if result.number not in written - {source.number}:
        raise ModelError(f"output {result.name!r} is not written by any operator")
    return ir.Graph(tuple(nodes), source, result, hashlib.sha256(model.content).hexdigest())


def _read_node(context: Context) -> ir.Node:
    reader = _READERS.get(context.operator.name)
    if reader is None:
        shapes = [list(context.model.tensors[n].shape) for n in context.operator.inputs if n >= 0]
        raise context.fail(
            f"is not supported, with inputs of shape {shapes}; supported are {', '.join(_READERS)}"
        )
    return reader(context)


def _common(context: Context, inputs: int = 1) -> tuple[int, str, tuple[ir.Tensor, ...], ir.Tensor]:
    """What every node has: index, op, inputs, output."""
    activations = context.activations(inputs)
    return context.index, context.operator.name, activations, context.output()


def _linear(context: Context, channels: int, axis: int) -> tuple[Any, Any, Any, str]:
    """Weights, bias [channels], scales of the weights [channels] and activation."""
    weights, raw = context.constant(1, "INT8"), context.raw(1)
    if len(raw.scales) not in (1, channels) or (len(raw.scales) > 1 and raw.axis != axis):
        raise context.fail(f"weights have {len(raw.scales)} scales along axis {raw.axis}")
    if any(raw.zero_points):
        raise context.fail("weights have a zero point that is not 0")
    if not all(map(valid_scale, raw.scales)):
        raise context.fail("weights have a scale that is not a positive number")
    bias = np.zeros(channels, np.int32)
    if len(context.operator.inputs) > 2 and context.operator.inputs[2] >= 0:
        bias = context.constant(2, "INT32")
    if bias.shape != (channels,):
        raise context.fail(f"bias has shape {bias.shape}, expected {(channels,)}")
    # The folded bias and every sum on the way must fit int32, as they must in the runtimes.
    others = tuple(other for other in range(weights.ndim) if other != axis)
    worst = np.abs(bias.astype(np.int64)) + 255 * np.abs(weights.astype(np.int64)).sum(axis=others)
    if worst.max() >= 1 << 31:
        raise context.fail("its sums can exceed 32 bits: the bias or the weights are too large")
    scales = np.broadcast_to(np.array(raw.scales, np.float32), channels).copy()
    return weights, bias, scales, context.activation()


def _image(context: Context, tensor: ir.Tensor) -> tuple[int, int, int]:
    if len(tensor.shape) != 4:
        raise context.fail(f"{tensor.name!r} has shape {tensor.shape}, expected 4 dimensions")
    return tensor.shape[1], tensor.shape[2], tensor.shape[3]


def _geometry(context: Context, size: tuple[int, int], source: ir.Tensor) -> Geometry:
    option = context.option
    stride = option("StrideH"), option("StrideW")
    dilation = (1, 1)
    if "DilationHFactor" in context.operator.options:
        dilation = option("DilationHFactor"), option("DilationWFactor")
    height, width, _ = _image(context, source)
    try:
        return geometry((height, width), size, stride, dilation, option("Padding"))
    except ValueError as error:
        raise context.fail(str(error)) from error


def _conv(context: Context) -> ir.Node:
    common = _common(context)
    source, output = common[2][0], common[3]
    shape = context.raw(1).shape
    if len(shape) != 4 or shape[3] != _image(context, source)[2]:
        raise context.fail(f"weights of shape {shape} do not fit input {source.shape}")
    found = _geometry(context, (shape[1], shape[2]), source)
    context.expect(output, (1, *found.output, shape[0]))
    return ir.Conv(*common, *_linear(context, shape[0], 0), found.window)


def _depthwise(context: Context) -> ir.Node:
    common = _common(context)
    source, output = common[2][0], common[3]
    shape = context.raw(1).shape
    if len(shape) != 4 or shape[0] != 1 or shape[3] % _image(context, source)[2]:
        raise context.fail(f"weights of shape {shape} do not fit input {source.shape}")
    found = _geometry(context, (shape[1], shape[2]), source)
    context.expect(output, (1, *found.output, shape[3]))
    return ir.Depthwise(*common, *_linear(context, shape[3], 3), found.window)


def _dense(context: Context) -> ir.Node:
    common = _common(context)
    source, output = common[2][0], common[3]
    raw = context.raw(1)
    if len(raw.shape) != 2 or source.size != raw.shape[1]:
        raise context.fail(f"weights of shape {raw.shape} do not fit input {source.shape}")
    if output.size != raw.shape[0]:
        raise context.fail(f"output {output.name!r} has shape {output.shape}, not {raw.shape[0]}")
    if context.option("WeightsFormat"):
        raise context.fail("weights are stored shuffled, which is not supported")
    return ir.Dense(*common, *_linear(context, raw.shape[0], 0), len(raw.scales) > 1)


def _pool(context: Context) -> ir.Node:
    common = _common(context)
    source, output = common[2][0], common[3]
    size = context.option("FilterHeight"), context.option("FilterWidth")
    found = _geometry(context, size, source)
    context.expect(output, (1, *found.output, source.shape[3]))
    if (source.scale, source.zero_point) != (output.scale, output.zero_point):
        raise context.fail("input and output have different scales or zero points")
    return ir.Pool(*common, found.window, context.activation())


def _mean(context: Context) -> ir.Node:
    common = _common(context)
    source, output = common[2][0], common[3]
    rank = len(source.shape)
    listed = [int(axis) for axis in context.constant(1, "INT32").ravel()]
    if not listed or not all(-rank <= axis < rank for axis in listed):
        raise context.fail(f"axes {listed} do not fit shape {source.shape}")
    axes = tuple(sorted({axis % rank for axis in listed}))
    kept = math.prod(n for axis, n in enumerate(source.shape) if axis not in axes)
    if output.size != kept or 0 in axes:
        raise context.fail(f"axes {axes} of {source.shape} do not give {output.shape}")
    return ir.Mean(*common, axes)


def _add(context: Context) -> ir.Node:
    common = _common(context, 2)
    if len({tensor.shape for tensor in (*common[2], common[3])}) != 1:
        raise context.fail("its inputs have different shapes: broadcasting is not supported")
    return ir.Add(*common, context.activation())


def _pad(context: Context) -> ir.Node:
    common = _common(context)
    source, output = common[2][0], common[3]
    amounts = context.constant(1, "INT32")
    if amounts.shape != (len(source.shape), 2) or amounts.min() < 0 or amounts[0].any():
        raise context.fail(f"paddings {amounts.tolist()} do not fit shape {source.shape}")
    before, after = (tuple(int(n) for n in column) for column in amounts.T)
    shape = tuple(b + n + a for b, n, a in zip(before, source.shape, after, strict=True))
    context.expect(output, shape)
    _same_quantization(context, (source, output))
    return ir.Pad(*common, before, after)


def _reshape(context: Context) -> ir.Node:
    common = _common(context)
    if common[2][0].size != common[3].size:
        raise context.fail(f"shape {common[2][0].shape} cannot become {common[3].shape}")
    _same_quantization(context, (common[2][0], common[3]))
    return ir.Reshape(*common)


def _softmax(context: Context) -> ir.Node:
    common = _common(context)
    output = common[3]
    context.expect(output, common[2][0].shape)
    if (float(output.scale), output.zero_point) != (1 / 256, -128):
        raise context.fail("its output must have scale 1/256 and zero point -128")
    beta = np.float32(context.option("Beta"))
    if not valid_scale(float(beta)):
        raise context.fail(f"beta is {beta}, expected a positive number")
    return ir.Softmax(*common, beta)


def _pointwise(context: Context) -> ir.Node:
    common = _common(context)
    context.expect(common[3], common[2][0].shape)
    return ir.Pointwise(*common)


def _concatenation(context: Context) -> ir.Node:
    common = _common(context, len(context.operator.inputs))
    inputs, output = common[2], common[3]
    rank, axis = len(output.shape), context.option("Axis")
    if not inputs or not -rank <= axis < rank or axis % rank == 0 or context.activation() != "NONE":
        raise context.fail(f"axis {axis} or a fused activation is not supported")
    axis %= rank
    shape = list(output.shape)
    shape[axis] = sum(t.shape[axis] for t in inputs if len(t.shape) == rank)
    for tensor in inputs:
        if tensor.shape != (*shape[:axis], tensor.shape[axis : axis + 1][0], *shape[axis + 1 :]):
            raise context.fail(f"input {tensor.name!r} has shape {tensor.shape}")
    context.expect(output, tuple(shape))
    _same_quantization(context, (*inputs, output))
    return ir.Concatenation(*common, axis)


def _same_quantization(context: Context, tensors: tuple[ir.Tensor, ...]) -> None:
    if len({(float(tensor.scale), tensor.zero_point) for tensor in tensors}) != 1:
        raise context.fail("inputs and output must share scale and zero point")


_READERS: Mapping[str, Callable[[Context], ir.Node]] = {
    "CONV_2D": _conv,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _dense,
    "MAX_POOL_2D": _pool,
    "AVERAGE_POOL_2D": _pool,
    "MEAN": _mean,
    "ADD": _add,
    "PAD": _pad,
    "RESHAPE": _reshape,
    "SOFTMAX": _softmax,
    "QUANTIZE": _pointwise,
    "RELU": _pointwise,
    "RELU6": _pointwise,
    "CONCATENATION": _concatenation,
}
