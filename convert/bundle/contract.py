"""``contract.json``: what a caller has to do. ``runtime.contract`` reads it beside the model."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from convert import tflite
from convert.bundle.kinds import KINDS
from runtime.contract import Contract
from runtime.tasks.meaning import Classes, Meaning, Reconstruction

_LIMITS = {"uint8": "0..255", "int8": "-128..127"}
_LARGEST = "the label is that of the largest"
_SCORES = {
    "logits": (
        "logit",
        f"{_LARGEST}; probabilities are their softmax",
        f"the logits; {_LARGEST}; probabilities are their softmax",
    ),
    "probabilities": (
        "probability",
        f"{_LARGEST}; they are probabilities already, take no softmax of them",
        f"the probabilities, of which no softmax is to be taken; {_LARGEST}",
    ),
    "independent": (
        "probability",
        f"each is its own class's, and they need not sum to 1; {_LARGEST}; take no softmax",
        f"each class's own probability; they need not sum to 1; {_LARGEST}; take no softmax",
    ),
}
_OUTPUTS = (
    "The outputs are those of the runtime that vectors.json names, for exactly these inputs; a "
    "runtime with other rounding may differ by one step of the output's scale."
)
_MIDWAY = (
    "A value that lies midway between two steps of the network's own input may be rounded to "
    "either by a runtime, which may change outputs by a step."
)
_MEMORY = (
    "The network keeps a state from one input to the next. The vectors are one sequence, in their "
    "order, that begins in a new interpreter."
)
_KEEPING = {"VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"}


def describe(graph: tflite.Model, name: str, contract: Contract) -> dict[str, Any]:
    """The contract of the bundled model ``graph``, as JSON data."""
    task, kind = contract.task, KINDS[contract.task.kind]
    pairs = zip(graph.outputs, contract.outputs, strict=True)
    outputs = [
        tensor(graph.tensors[number])
        | {"meaning": _meant(graph.tensors[number], meaning, kind.rule(task))}
        for number, meaning in pairs
    ]
    given = graph.tensors[graph.inputs[0]]
    precision = f"{kind.precision(task)} {_OUTPUTS}"
    return {
        **contract.describe(),
        "model": {
            "name": name,
            "file": "model.tflite",
            "sha256": hashlib.sha256(graph.content).hexdigest(),
            "input": tensor(given) | {"value": _value(given, kind.rule(task))},
            "output": outputs[0],
            **({"outputs": outputs} if len(outputs) > 1 else {}),
        },
        **({"labels": list(contract.labels)} if contract.labels else {}),
        "preprocessing": kind.preprocessing(task),
        **({"memory": _MEMORY} if keeps(graph) else {}),
        "precision": f"{precision} {_MIDWAY}" if given.dtype == "FLOAT32" else precision,
        "vectors": "vectors.json",
    }


def tensor(one: tflite.Tensor) -> dict[str, Any]:
    """Type and shape of an input or output, and what its steps stand for."""
    result: dict[str, Any] = {"type": one.dtype.lower(), "shape": list(one.shape)}
    if one.scales:
        result |= {"scale": one.scales[0], "zero_point": one.zero_points[0]}
    return result


def keeps(graph: tflite.Model) -> bool:
    """Whether an input's outputs depend on those before it."""
    has_variables = any(one.is_variable for one in graph.tensors)
    return has_variables or not _KEEPING.isdisjoint(graph.op_names)


def _value(given: tflite.Tensor, rule: str) -> str:
    """How the input is made of an example's values."""
    kind = given.dtype.lower()
    whose = "; mean and deviation are those of the channel in task.scaling"
    named = whose if "deviation" in rule else ""
    if kind == "float32":
        return rule + named
    over = f"({rule})" if " - " in rule and "/" not in rule else rule
    return f"round({over} / scale) + zero_point, clipped to {_LIMITS[kind]}{named}"


def _meant(answer: tflite.Tensor, meaning: Meaning, rule: str) -> str:
    """What an output's numbers say."""
    in_steps = answer.dtype != "FLOAT32"
    if isinstance(meaning, Classes) and meaning.scores != "binary":
        name, steps, reals = _SCORES[meaning.scores]
        told = f"{name} = scale * (output - zero_point); {steps}" if in_steps else reals
        return told + _calibrated(meaning)
    real = "scale * (output - zero_point)" if in_steps else "the output"
    if isinstance(meaning, Classes):
        no, yes = meaning.labels
        return (
            f"p = {real} is the probability of {yes!r}: the label is that if p > 0.5, else {no!r}"
        )
    if isinstance(meaning, Reconstruction):
        odd = (
            "no threshold is known from which an input is odd"
            if meaning.threshold is None
            else f"the input is odd if error > {meaning.threshold!r}"
        )
        return (
            f"x' = {real} is the input once more, as x = {rule}; error = the mean of (x' - x)^2 "
            f"over all values; {odd}"
        )
    return f"{real}: the values of {', '.join(meaning.names[:20])}, in their order"


def _calibrated(meaning: Classes) -> str:
    """What is said of probabilities that were fitted, and of the answer that it is none."""
    more = ""
    if meaning.none_logit is not None:
        more += f", taken with one logit more, {meaning.none_logit!r}, that of none of the labels"
    if meaning.temperature != 1:
        more += f", after every logit was divided by {meaning.temperature!r}"
    if meaning.threshold is not None:
        more += f"; it is none of the labels if the largest probability < {meaning.threshold!r}"
    return more


def as_json(value: Mapping[str, Any], indent: int | None = None) -> bytes:
    """``value`` as a JSON file."""
    return (json.dumps(value, indent=indent, ensure_ascii=False) + "\n").encode()
