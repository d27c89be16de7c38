"""What an export measures for its report, beside the parity."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from convert import boards, layers, tflite
from convert.compiler.build import Compiled
from convert.meanings import usual_class
from convert.network import Network
from convert.parity import Parity
from convert.quantizing import Made
from convert.report import costs, examples, judged, network, observed
from convert.report.judged import Pair
from convert.tflite import Model
from runtime import judge
from runtime.dataset import Examples, Floats
from runtime.errors import ModelError
from runtime.tasks.meaning import Classes, Meaning, Reconstruction
from runtime.tasks.task import Task

Json = dict[str, Any]


def measure(source: Network, made: Made, compiled: Compiled, test: Examples) -> Json:
    """The report's sections on accuracy, layers, pictures and costs.

    ``source`` is the float network, ``compiled`` the C of the int8 one, ``test`` the examples that
    the parity was measured on.
    """
    task, graph = made.contract.task, made.graph
    ink = task.kind == "digits"  # which are kept as ink, and read as ink on paper
    real = task.real(test.inputs[: observed.IMAGES])
    try:
        captured, absent = _captured(source, graph, real), {}
    except ModelError as error:  # a network that cannot be matched is not less of a network
        captured, absent = (), {"layers": str(error)}
    names = {layer.index: layer.name for layer in captured}
    rows = observed.layers(captured)
    return {
        "task": {"kind": task.kind, "shape": list(task.shape), "noun": task.noun},
        "parity": told(made.parity),
        "judged": _judged(made, test, ink=ink),
        "ptq": _other(made, test),
        "layers": {"images": len(captured[0].real), "rows": rows} if captured else None,
        "pictures": observed.pictures(captured, test, ink=ink) if captured else None,
        "network": network.describe(graph, names),
        "costs": costs.costs(graph, compiled, names, boards.read()),
        "absent": absent,
    }


def _captured(source: Network, graph: Model, real: Floats) -> tuple[layers.Layer, ...]:
    """Every layer of both networks on some examples: on fewer where there are many layers."""
    content = source.float32()
    if content is None:
        raise ModelError("there is no float network to compare with")
    few = max(20, observed.IMAGES * _SHALLOW // max(_SHALLOW, len(graph.operators)))
    found = layers.capture(tflite.parse(content, source.origin), graph, real[:few])
    if not found:
        raise ModelError("no operator gives int8")
    return found


_SHALLOW = 12
"""Operators up to which all of ``observed.IMAGES`` examples are taken."""


def told(parity: Parity) -> Json:
    """What the report says of the parity; what single examples are read as stands elsewhere."""
    is_share = parity.int8 is not None and parity.int8.is_share
    compared = parity.real is not None and parity.int8 is not None
    figures = {
        f"{name}_accuracy": one.figure if one is not None and one.is_share else None
        for name, one in (("float", parity.real), ("int8", parity.int8))
    }
    drop = round(parity.drop, 6)
    classes = parity.runtimes[0].accuracy is not None
    runtimes = [asdict(row) for row in parity.runtimes]
    for row in runtimes:
        row["predictions_differing"] = row["predictions_differing"] if classes else None
    return {
        "images": parity.images,
        **figures,
        "drop_points": drop if compared and is_share else None,
        "worse_percent": drop if compared and not is_share else None,
        "disagreements": parity.first.disagreements if compared and is_share else None,
        "outputs": [
            {
                **({"name": parity.names[number]} if parity.names else {}),
                **asdict(one),
                "sqnr_db": one.sqnr_db if np.isfinite(one.sqnr_db) else None,
            }
            for number, one in enumerate(parity.outputs)
        ],
        "runtimes": runtimes,
    }


def _judged(made: Made, test: Examples, *, ink: bool) -> list[Json]:
    """How good each output is that the data say something of."""
    found = []
    for number, meaning in enumerate(made.contract.outputs):
        if not judge.knows(meaning, test.of(number)):
            continue
        answers = Pair(made.floats[number] if made.floats else None, made.reals[number])
        part = _part(meaning, made.contract.task, test.of(number), answers, ink=ink)
        found.append(part | ({"output": made.parity.names[number]} if made.parity.names else {}))
    return found


def _part(meaning: Meaning, task: Task, test: Examples, answers: Pair, *, ink: bool) -> Json:
    """How good one output is, of which ``test`` says what is right."""
    if isinstance(meaning, Classes):
        shares = answers.map(lambda found: meaning.probabilities(meaning.by_class(found)))
        part = judged.classes(test.labels, shares, test.names)
    elif isinstance(meaning, Reconstruction):
        real = task.real(test.inputs)
        errors = answers.map(lambda found: meaning.errors(real, found))
        part = judged.reconstruction(errors, meaning.threshold, _anomalous(test))
    else:
        flat = answers.map(lambda found: found.reshape(len(found), -1))
        part = judged.values(np.asarray(test.targets), flat, meaning.names)
    part["errors"] = observed.attach(part["errors"], test, ink=ink)
    if isinstance(meaning, Reconstruction):
        part["errors"] = _reconstructed(part["errors"], answers, task)
    return part


def _anomalous(test: Examples) -> npt.NDArray[np.bool_] | None:
    """Which examples are not of the usual class; None: there are no classes."""
    return test.labels != usual_class(test) if len(test.names) > 1 else None


def _reconstructed(errors: Sequence[Json], answers: Pair, task: Task) -> list[Json]:
    """``errors`` with what both networks made of the input, as long as it has a picture."""

    def shown(found: Floats | None, one: Json) -> Json | None:
        if found is None or one["example"] is None:
            return None
        return examples.described(found[one["index"]].reshape(task.shape))

    return [
        {
            **one,
            "float_example": shown(answers.real, one),
            "int8_example": shown(answers.int8, one),
        }
        for one in errors
    ]


def _other(made: Made, test: Examples) -> Json | None:
    """Post-training quantization beside what is published; None: not made, or nothing to judge."""
    meaning: Meaning = made.contract.outputs[0]
    if made.other is None or not judge.knows(meaning, test):
        return None
    content, outputs = made.other
    if isinstance(meaning, Classes):
        both = Pair(outputs[0], made.reals[0])
        shares = both.map(meaning.by_class)
        return judged.other(shares, test.labels, len(content))
    real = made.contract.task.real(test.inputs)
    return judged.other_errors(judge.losses(meaning, outputs[0], real, test), len(content))
