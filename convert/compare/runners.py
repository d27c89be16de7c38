"""What runs a ``.tflite``, or a part of one: interpreters with their kernels, and generated C."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt

from convert import publish, tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Options
from runtime import interpreter, worker
from runtime.compiled import CompiledModel

Array = npt.NDArray[Any]
Run = Callable[[bytes, Array], Array]
"""Runs the content of a .tflite on inputs [count, ...] of its own type: outputs [count, ...]."""


def _in_process(backend: str, kernels: str) -> Run:
    return lambda content, values: interpreter.load(content, backend, kernels).run(values)


def _in_worker(backend: str, kernels: str) -> Run:
    def run(content: bytes, values: Array) -> Array:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.tflite"
            path.write_bytes(content)
            return worker.outputs(path, values, backend, kernels)

    return run


def _compiled(match: Match) -> Run:
    def run(content: bytes, values: Array) -> Array:
        model = tflite.parse(content)
        with tempfile.TemporaryDirectory() as folder:
            publish.files(Path(folder), compile_model(model, "part", Options(match)).files())
            built = CompiledModel(Path(folder) / "part.c")
        outputs = built.run(values.reshape(len(values), *built.input.shape[1:]))
        return outputs.reshape(len(values), *model.tensors[model.outputs[0]].shape[1:])

    return run


RUNNERS: Mapping[str, Run] = {
    "default": _in_process("litert", "default"),
    "reference": _in_process("litert", "reference"),
    "no-delegate": _in_process("litert", "no-delegate"),
    "tensorflow": _in_process("tensorflow", "default"),
    "tflite-runtime": _in_worker("tflite-runtime", "default"),
    "tflite-runtime-reference": _in_worker("tflite-runtime", "reference"),
    "tflm": _in_worker(worker.MICRO, "default"),
    "c": _compiled(Match.XNNPACK),
    "c-ref": _compiled(Match.REF),
    "c-tflm": _compiled(Match.TFLM),
}
"""What runs a ``.tflite``: LiteRT's sets of kernels, other interpreters, C for each --match."""
