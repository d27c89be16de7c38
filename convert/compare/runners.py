"""What runs a ``.tflite``, or a part of one: interpreters with their kernels, and generated C."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from convert import publish, tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Options
from runtime import interpreter, worker
from runtime.compiled import CompiledModel
from runtime.dataset import Array

Run = Callable[[bytes, Sequence[Array]], list[Array]]
"""Runs the content of a .tflite: [count, *shape] for each output, for the same of each input."""


def _in_process(backend: str, kernels: str) -> Run:
    return lambda content, given: interpreter.run_all(content, given, backend, kernels)


def _in_worker(backend: str, kernels: str) -> Run:
    def run(content: bytes, given: Sequence[Array]) -> list[Array]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.tflite"
            path.write_bytes(content)
            return worker.run(path, given, backend, kernels)

    return run


def _compiled(match: Match) -> Run:
    def run(content: bytes, given: Sequence[Array]) -> list[Array]:
        model = tflite.parse(content)
        with tempfile.TemporaryDirectory() as folder:
            publish.files(Path(folder), compile_model(model, "part", Options(match)).files())
            built = CompiledModel(Path(folder) / "part.c")
        count = len(given[0])
        pairs = zip(given, built.inputs, strict=True)
        answers = built.run_all([one.reshape(count, *tensor.shape) for one, tensor in pairs])
        shapes = [model.tensors[number].shape for number in model.outputs]
        return [one.reshape(count, *shape) for one, shape in zip(answers, shapes, strict=True)]

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
