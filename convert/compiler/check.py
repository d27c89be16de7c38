"""Prove compiled models: run them on this machine beside the runtimes and count differing bytes."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from convert import publish
from convert.compiler.arithmetic.match import RUNTIME, Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Options
from convert.tflite import Model
from runtime import console, image, worker
from runtime.compiled import CompiledModel
from runtime.dataset import Pixels

INTERPRETER = {
    Match.XNNPACK: ("litert", "default"),
    Match.REF: ("litert", "reference"),
    Match.TFLM: ("tflite-micro", "default"),
}
"""The runtime itself, for each mode."""


@dataclass(frozen=True)
class Row:
    """One mode of the generated C against one runtime."""

    mode: Match
    runtime: Match
    images: int
    differing: int  # bytes
    images_differing: int


def check(model: Model, path: Path, images: Pixels) -> list[Row]:
    """Every mode of the C against every runtime, on ``images`` uint8 [count, 28, 28].

    Raises ThimbleError when a compiler or a runtime is missing.
    """
    running = console.progress(list(RUNTIME), "runtimes")
    runtimes = {match: worker.outputs(path, images, *INTERPRETER[match]) for match in running}
    rows = []
    for mode in console.progress(list(Match), "modes of the C"):
        answers = outputs(model, Options(mode), images)
        for runtime, expected in runtimes.items():
            other = answers != expected.reshape(answers.shape)
            wrong = int(other.reshape(len(images), -1).any(axis=1).sum())
            rows.append(Row(mode, runtime, len(images), int(other.sum()), wrong))
    return rows


def outputs(model: Model, options: Options, images: Pixels) -> np.ndarray:  # type: ignore[type-arg]
    """What the C of ``model`` answers to ``images``, int8 [count, ...]."""
    compiled = compile_model(model, "model", options)
    with tempfile.TemporaryDirectory() as folder:
        publish.files(Path(folder), compiled.files())
        built = CompiledModel(Path(folder) / "model.c")
    tensor = built.input
    values = image.quantize(image.to_float(images), tensor.scale, tensor.zero_point, np.int8)
    return built.run(values.reshape(len(images), *tensor.shape[1:]).astype(np.int8))
