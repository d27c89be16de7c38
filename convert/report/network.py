"""The network as plain data, from the ``.tflite`` alone: operators, and which reads from which."""

from collections.abc import Mapping
from typing import Any

from convert.layers import layer_name
from convert.tflite import Model, Tensor

Json = dict[str, Any]


def describe(model: Model, names: Mapping[int, str]) -> Json:
    """Inputs, operators in the order of execution, outputs.

    ``names`` has the layers of operators where a float network gave them; others are named by what
    they write. An input is read as -1, -2, ..., operator n as n.
    """
    source = {number: -1 - place for place, number in enumerate(model.inputs)}
    nodes = []
    for index, operator in enumerate(model.operators):
        reads = [source[number] for number in model.reads(index) if number in source]
        numbers = [model.tensors[n] for n in operator.inputs if n >= 0]
        written = [model.tensors[n] for n in operator.outputs[:1]]  # none: it keeps a state
        fused = str(operator.options.get("FusedActivationFunction") or "NONE")
        nodes.append(
            {
                "op": operator.name,
                "name": names.get(index) or layer_name(model, operator),
                "reads": sorted(set(reads)),
                "shape": [n for one in written for n in one.shape[1:] or one.shape],
                "dtype": written[0].dtype if written else None,
                "activation": None if fused == "NONE" else fused,
                "weights": sum(_count(one) for one in numbers if _is_weight(one)),
            }
        )
        source |= dict.fromkeys(operator.outputs, index)
    return {
        "inputs": [tensor(model.tensors[number]) for number in model.inputs],
        "operators": nodes,
        "outputs": [
            {**tensor(model.tensors[number]), "from": source.get(number, -1)}
            for number in model.outputs
        ],
    }


def tensor(one: Tensor) -> Json:
    """An input or output; scale and zero point are null where it is not quantized."""
    return {
        "name": one.name,
        "shape": list(one.shape),
        "dtype": one.dtype,
        "scale": one.scales[0] if one.scales else None,
        "zero_point": one.zero_points[0] if one.zero_points else None,
    }


def _is_weight(one: Tensor) -> bool:
    """Whether it is a constant to compute with, and no shape or axis."""
    return one.is_constant and (bool(one.scales) or one.dtype == "FLOAT32")


def _count(one: Tensor) -> int:
    """Elements."""
    count = 1
    for side in one.shape:
        count *= side
    return count
