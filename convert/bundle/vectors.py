"""``vectors.json``: what a port has to reach, by the runtime itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from convert import feed, parity, tflite
from convert.bundle.kinds.kind import Sample
from runtime import interpreter, worker
from runtime.classifier import dequantized
from runtime.contract import Contract
from runtime.dataset import Array
from runtime.tasks.meaning import Classes, Reconstruction

FOLDER = "vectors"
"""Where the vectors' pictures lie in the bundle."""


def made(model: Path, contract: Contract, samples: Sequence[Sample], called: str) -> dict[str, Any]:
    """What ``model`` answers to each of ``samples``, as JSON data.

    ``called`` is the name of an example's values.
    """
    graph = tflite.read(model)
    known = [one.example for one in samples if one.example is not None]
    given = feed.fed(contract.task, np.stack(known), graph)
    answers = [one[:, 0] for one in worker.run(model, [given[:, None]], *parity.NAMED)]
    rows = iter(zip(known, zip(*answers, strict=True), strict=True))
    found = []
    for sample in samples:
        told = {name: _told(name, value) for name, value in sample.told.items()}
        if sample.example is None:
            found.append(told | {"blank": True})
            continue
        example, outputs = next(rows)
        told[called] = example.ravel().tolist()
        found.append(told | _answer(graph, contract, example, outputs))
    backend, kernels = parity.NAMED
    version = interpreter.version(interpreter.BACKENDS[backend])
    return {"runtime": f"{backend} {version}, {kernels} kernels", "vectors": found}


def _told(name: str, value: Any) -> Any:
    return f"{FOLDER}/{value}" if name == "picture" else value


def _answer(
    graph: tflite.Model, contract: Contract, example: Array, outputs: Sequence[Array]
) -> dict[str, Any]:
    """The outputs for one example, and what the first of them says."""
    result: dict[str, Any] = {"output": outputs[0].ravel().tolist()}
    if len(outputs) > 1:
        result["outputs"] = [one.ravel().tolist() for one in outputs]
    meaning = contract.outputs[0]
    border = feed.as_runtime(graph.tensors[graph.outputs[0]])
    real = dequantized(outputs[0], border)[None]
    if isinstance(meaning, Classes):
        scores = meaning.by_class(real)[0]
        told = {"label": meaning.labels[int(scores.argmax())]}
        none = {"none": bool(meaning.none(meaning.probabilities(scores)))}
        return result | told | ({} if meaning.threshold is None else none)
    if not isinstance(meaning, Reconstruction):
        return result | {"reals": real.ravel().tolist()}
    error = float(meaning.errors(contract.task.real(example[None]), real)[0])
    result["error"] = error
    return result if meaning.threshold is None else result | {"odd": error > meaning.threshold}
