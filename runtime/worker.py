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
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from runtime import children, flatbuffer
from runtime.compiled import COMPILED
from runtime.errors import BackendError, ModelError, ThimbleError

if TYPE_CHECKING:
    from runtime.interpreter import Tensor

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


def answers(model: Path, examples: Array, backend: str, kernels: str) -> npt.NDArray[np.generic]:
    """The first output [count, ...], in its own type, for ``examples`` of the contract's task.

    Raises BackendError when the interpreter fails in any way.
    """
    return _ask("examples", model, [examples], backend, kernels)[0]


def run(
    model: Path, inputs: Sequence[Array], backend: str, kernels: str, *, fresh: bool = False
) -> list[Array]:
    """For each output of ``model`` its values [n, *shape], for each input's [n, *shape].

    They run one by one, as one sequence where the model keeps anything, or with ``fresh`` each by
    itself. ``backend`` may also be MICRO, or "c" for the ``.c`` of a compiled model. Raises
    WorkerError when that fails in any way.
    """
    return _ask("fresh" if fresh else "tensors", model, inputs, backend, kernels)


def _ask(
    what: str, model: Path, inputs: Sequence[Array], backend: str, kernels: str
) -> list[Array]:
    who = f"{backend} ({kernels} kernels)"
    try:
        done = subprocess.run(
            [*children.python("runtime.worker"), what, str(model), backend, kernels],
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
    children.end_with_parent()
    what, model, backend, kernels = sys.argv[1:]
    inputs = _unpacked(sys.stdin.buffer.read())
    try:
        if what == "examples":
            result = _examples(Path(model), inputs, backend, kernels)
        else:
            result = _tensors(Path(model), inputs, (backend, kernels), fresh=what == "fresh")
    except ThimbleError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(_packed(result))


def _examples(model: Path, inputs: list[Array], backend: str, kernels: str) -> list[Array]:
    from runtime import contract  # noqa: PLC0415 - only the child needs them
    from runtime.classifier import Model, as_input  # noqa: PLC0415

    if backend != MICRO:
        return [Model(model, backend, kernels).run(inputs[0])[0]]
    given, answers = _micro_borders(model)
    known = contract.of(model, given, answers)
    fed = as_input(known.task, inputs[0], given)
    return [one[:, 0] for one in _micro(model, [fed[:, None]], fresh=known.apart)[:1]]


def _tensors(model: Path, inputs: list[Array], who: tuple[str, str], *, fresh: bool) -> list[Array]:
    from runtime import compiled, interpreter  # noqa: PLC0415 - only the child needs them

    if who[0] == COMPILED:
        return compiled.CompiledModel(model).run_all(inputs, fresh=fresh)
    if who[0] == MICRO:
        return _micro(model, inputs, fresh=fresh)
    return interpreter.run_all(model, inputs, *who, fresh=fresh)


def _micro_borders(model: Path) -> tuple["Tensor", list["Tensor"]]:
    """The first input and the outputs of ``model``, as TensorFlow Lite Micro says."""
    from tflite_micro.python.tflite_micro import runtime as micro  # noqa: PLC0415

    from runtime.interpreter import Tensor  # noqa: PLC0415

    def tensor(details: dict[str, Any]) -> Tensor:
        known = details["quantization_parameters"]
        scales, zeros = list(known["scales"]) or [0.0], list(known["zero_points"]) or [0]
        shape = tuple(map(int, details["shape"]))
        return Tensor("", shape, np.dtype(details["dtype"]), float(scales[0]), int(zeros[0]))

    interpreter = micro.Interpreter.from_file(str(model))
    _, count = flatbuffer.borders(model.read_bytes())
    outputs = [interpreter.get_output_details(number) for number in range(count)]
    return tensor(interpreter.get_input_details(0)), list(map(tensor, outputs))


def _micro(model: Path, inputs: list[Array], *, fresh: bool) -> list[Array]:
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
            if fresh and rows and flatbuffer.keeps_state(content):
                interpreter = micro.Interpreter.from_bytes(content, arena_size=MICRO_ARENA)
            for place, one in enumerate(row):
                interpreter.set_input(one, place)
            interpreter.invoke()
            rows.append([interpreter.get_output(number).copy() for number in range(count)])
    except (RuntimeError, ValueError) as error:
        raise ModelError(f"{MICRO} refuses the model: {error}") from error
    return [np.stack(column) for column in zip(*rows, strict=True)]


if __name__ == "__main__":
    main()
