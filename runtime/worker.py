"""A model in a process of its own.

Some interpreters carry native code that clashes with that of others, and one that crashes must not
take an export with it.
"""

import importlib.util
import io
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime import flatbuffer
from runtime.compiled import COMPILED
from runtime.errors import BackendError, ModelError, ThimbleError

Array = npt.NDArray[Any]

MICRO = "tflite-micro"
"""TensorFlow Lite Micro, by PyPI's package of that name."""
MICRO_ARENA = 1 << 26
"""Bytes that it may use; what it takes by itself, from the file's size, is often too little."""
PATIENCE = 3600
"""Seconds after which a process that does not answer is given up."""


class WorkerError(BackendError):
    """A model did not run in its process."""

    def __init__(self, who: str, model: Path, reason: str) -> None:
        super().__init__(f"{who} failed on {model}: {reason}")
        self.reason = reason  # a phrase


def outputs(model: Path, images: Array, backend: str, kernels: str) -> npt.NDArray[np.generic]:
    """Run ``images`` through ``model``: its own outputs, [count, classes].

    Pictures, uint8 [count, 28, 28], are first made the model's input; anything else is its input
    already, in its type and shape. Raises BackendError when the interpreter fails in any way.
    """
    return _ask("images", model, [images], backend, kernels)[0]


def run(model: Path, inputs: Sequence[Array], backend: str, kernels: str) -> list[Array]:
    """For each output of ``model`` its values [n, *shape], for each input's [n, *shape].

    They run one by one, as one sequence where the model keeps anything. ``backend`` may also be
    MICRO, or "c" for the ``.c`` of a compiled model. Raises WorkerError when that fails in any way.
    """
    return _ask("tensors", model, inputs, backend, kernels)


def _ask(
    what: str, model: Path, inputs: Sequence[Array], backend: str, kernels: str
) -> list[Array]:
    who = f"{backend} ({kernels} kernels)"
    try:
        done = subprocess.run(
            [sys.executable, "-m", "runtime.worker", what, str(model), backend, kernels],
            input=_packed(inputs),
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired as error:
        raise WorkerError(who, model, f"gave no answer in {PATIENCE:,} seconds") from error
    if done.returncode:
        raise WorkerError(who, model, _reason(done))
    return _unpacked(done.stdout)


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    """Why a process failed: how it died, and its last line."""
    notes = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
    last = re.sub(r"^[\w.]*(Error|Exception): ", "", notes[-1].strip())
    if done.returncode > 0:
        return last if MICRO not in last or len(notes) == 1 else f"{last} ({notes[0].strip()})"
    try:
        died = f"its process died of {signal.Signals(-done.returncode).name}"
    except ValueError:
        died = f"its process died of signal {-done.returncode}"
    return f"{died} ({last})" if done.stderr.strip() else died


def _packed(arrays: Sequence[Array]) -> bytes:
    """``arrays`` as ``.npz``; in memory, because NumPy cannot write every pipe."""
    sink = io.BytesIO()
    np.savez(sink, *arrays)
    return sink.getvalue()


def _unpacked(content: bytes) -> list[Array]:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return [arrays[f"arr_{number}"] for number in range(len(arrays))]


def main() -> None:
    """Read inputs from standard input, write outputs to standard output, both as ``.npz``."""
    what, model, backend, kernels = sys.argv[1:]
    inputs = _unpacked(sys.stdin.buffer.read())
    answer = _images if what == "images" else _tensors
    try:
        result = answer(Path(model), inputs, backend, kernels)
    except ThimbleError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(_packed(result))


def _images(model: Path, inputs: list[Array], backend: str, kernels: str) -> list[Array]:
    from runtime import interpreter  # noqa: PLC0415 - only the child needs them
    from runtime.classifier import Classifier  # noqa: PLC0415

    (images,) = inputs
    are_pictures = images.dtype == np.uint8 and images.ndim == 3
    if backend == MICRO:
        batch = _as_micro_takes(model, images) if are_pictures else images
        (result,) = _micro(model, [batch[:, None]])
        return [result[:, 0]]
    if are_pictures:
        return [Classifier(model, backend=backend, kernels=kernels).raw(images)]
    return [interpreter.load(model, backend, kernels).run(images)]


def _tensors(model: Path, inputs: list[Array], backend: str, kernels: str) -> list[Array]:
    from runtime import compiled, interpreter  # noqa: PLC0415 - only the child needs them

    if backend == COMPILED:
        return compiled.CompiledModel(model).run_all(inputs)
    if backend == MICRO:
        return _micro(model, inputs)
    return interpreter.run_all(model, inputs, backend, kernels)


def _as_micro_takes(model: Path, images: Array) -> Array:
    """Pictures as the model's int8 input [n, 28, 28, 1]."""
    from tflite_micro.python.tflite_micro import runtime as micro  # noqa: PLC0415

    from runtime.image import quantize, to_float  # noqa: PLC0415

    interpreter = micro.Interpreter.from_file(str(model))
    details = interpreter.get_input_details(0)["quantization_parameters"]
    scale, zero_point = float(details["scales"][0]), int(details["zero_points"][0])
    return quantize(to_float(images), scale, zero_point, np.int8)


def _micro(model: Path, inputs: list[Array]) -> list[Array]:
    """Run TensorFlow Lite Micro itself; a development tool, so not one of the backends."""
    if importlib.util.find_spec("tflite_micro") is None:
        raise BackendError(f"{MICRO} is not installed: pip install --pre {MICRO}")
    from tflite_micro.python.tflite_micro import runtime as micro  # noqa: PLC0415

    content = model.read_bytes()
    flatbuffer.check(content, str(model))
    _, count = flatbuffer.borders(content)
    rows: list[list[Array]] = []
    try:
        interpreter = micro.Interpreter.from_bytes(content, arena_size=MICRO_ARENA)
        for row in zip(*inputs, strict=True):
            for place, one in enumerate(row):
                interpreter.set_input(one, place)
            interpreter.invoke()
            rows.append([interpreter.get_output(number).copy() for number in range(count)])
    except (RuntimeError, ValueError) as error:
        raise ModelError(f"{MICRO} refuses the model: {error}") from error
    return [np.stack(column) for column in zip(*rows, strict=True)]


if __name__ == "__main__":
    main()
