"""Prove compiled models: run them on this machine beside the runtimes and count differing bytes.

Each mode of the C and each runtime runs in a process of its own, so that one that dies is a row of
the result like the others.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from convert import publish
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.ir import Array, Graph
from convert.compiler.targets.options import Options
from convert.tflite import Model
from runtime import console, worker
from runtime.compiled import COMPILED, require_compiler
from runtime.errors import BackendError, ModelError

INTERPRETER = {
    Match.XNNPACK: ("litert", "default"),
    Match.REF: ("litert", "reference"),
    Match.TFLM: (worker.MICRO, "default"),
}
"""The runtime itself, for each mode."""
LONGEST = 200
"""Characters of a reason."""


@dataclass(frozen=True)
class Difference:
    """The first element that differs."""

    input: int  # number of the input, or step of the sequence, from 0
    output: str  # the tensor's name
    index: tuple[int, ...]
    c: float
    runtime: float

    def __str__(self) -> str:
        """In a sentence."""
        return (
            f"first at input {self.input}, output {self.output!r} {list(self.index)}: "
            f"the C gives {self.c:.9g}, the runtime {self.runtime:.9g}"
        )


@dataclass(frozen=True)
class Row:
    """One mode of the generated C against one runtime."""

    mode: Match
    runtime: Match
    inputs: int
    differing: int = 0  # bytes
    inputs_differing: int = 0
    first: Difference | None = None
    problem: str = ""  # why there is no answer; empty: both gave one
    is_broken: bool = False  # the C was made, and does not run

    @property
    def is_proof(self) -> bool:
        """Whether the mode was compared with the runtime that it must match."""
        return self.mode is self.runtime and not self.problem

    @property
    def is_wrong(self) -> bool:
        """Whether the mode does not run, or differs from the runtime that it must match."""
        return self.is_broken or (self.is_proof and self.differing > 0)


@dataclass(frozen=True)
class Answers:
    """What a mode of the C or a runtime gave: [count, *shape] for each output; or why not."""

    arrays: Sequence[Array] = ()
    problem: str = ""
    is_broken: bool = False  # of C that was made


def compile_modes(model: Model, options: Options) -> dict[Match, Compiled | str]:
    """The C of each mode, or why there is none. ``options`` has what else is asked for."""
    found: dict[Match, Compiled | str] = {}
    for match in Match:
        try:
            found[match] = compile_model(model, "model", replace(options, match=match))
        except ModelError as error:
            found[match] = _short(str(error))
    return found


def check(model: Model, modes: Mapping[Match, Compiled | str], given: Sequence[Array]) -> list[Row]:
    """Every mode of the C against every runtime.

    ``given`` has [count, *shape] for each input. A network with states is run as one sequence. A
    mode, or a runtime, that gives no answer is one row that says why.
    """
    compiled = [mode for mode in modes.values() if isinstance(mode, Compiled)]
    if not compiled:
        return [Row(mode, mode, len(given[0]), problem=str(why)) for mode, why in modes.items()]
    network = compiled[0].unit.network
    content = as_compiled(model, network)
    running = console.progress(list(Match), "runtimes")
    theirs = {match: run_runtime(content, match, given) for match in running}
    rows: list[Row] = []
    for mode, made in console.progress(list(modes.items()), "modes of the C"):
        ours = Answers(problem=made) if isinstance(made, str) else run_compiled(made, given)
        for runtime, expected in theirs.items():
            row = _row(network, (mode, ours), (runtime, expected), len(given[0]))
            if mode is runtime or not row.problem:
                rows.append(row)
    return rows


def _row(
    network: Graph, ours: tuple[Match, Answers], theirs: tuple[Match, Answers], count: int
) -> Row:
    (mode, left), (runtime, right) = ours, theirs
    if problem := left.problem or right.problem:
        return Row(mode, runtime, count, problem=problem, is_broken=left.is_broken)
    shapes = zip(left.arrays, right.arrays, strict=True)
    if any(a.dtype != b.dtype or a.size != b.size for a, b in shapes):
        found = [f"{array.dtype} {list(array.shape[1:])}" for array in right.arrays]
        return Row(mode, runtime, count, problem=f"the runtime's outputs are {', '.join(found)}")
    wrong = [_differing(a, b) for a, b in zip(left.arrays, right.arrays, strict=True)]
    return Row(
        mode,
        runtime,
        count,
        differing=int(sum(one.sum() for one in wrong)),
        inputs_differing=int(np.any([one.any(axis=1) for one in wrong], axis=0).sum()),
        first=_first(network, left.arrays, right.arrays, wrong),
    )


def _differing(ours: Array, theirs: Array) -> Array:
    """How many bytes of each element differ: [count, elements]."""
    rows = len(ours), ours.size // len(ours), ours.itemsize
    left, right = (np.ascontiguousarray(array).view(np.uint8) for array in (ours, theirs))
    return np.asarray((left.reshape(rows) != right.reshape(rows)).sum(axis=2))


def _first(
    network: Graph, ours: Sequence[Array], theirs: Sequence[Array], wrong: Sequence[Array]
) -> Difference | None:
    places = [
        (int(row), number, int(element))
        for number, one in enumerate(wrong)
        for row, element in np.argwhere(one)[:1]
    ]
    if not places:
        return None
    row, number, element = min(places)
    tensor = network.outputs[number]
    index = tuple(int(axis) for axis in np.unravel_index(element, tensor.shape or (1,)))
    values = [float(arrays[number][row].ravel()[element]) for arrays in (ours, theirs)]
    return Difference(row, tensor.name, index, *values)


def run_compiled(compiled: Compiled, given: Sequence[Array]) -> Answers:
    """What the C answers, built for this machine; raises BackendError without a C compiler."""
    require_compiler()
    name = compiled.unit.name
    with tempfile.TemporaryDirectory() as folder:
        publish.files(Path(folder), compiled.files())
        found = _run(Path(folder) / f"{name}.c", given, COMPILED, "default")
    if found.problem:
        return Answers(problem=f"the C does not run: {found.problem}", is_broken=True)
    return found


def run_runtime(content: bytes, match: Match, given: Sequence[Array]) -> Answers:
    """What the runtime that ``match`` names answers."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        path.write_bytes(content)
        return _run(path, given, *INTERPRETER[match])


def _run(path: Path, given: Sequence[Array], backend: str, kernels: str) -> Answers:
    try:
        return Answers(worker.run(path, given, backend, kernels))
    except worker.WorkerError as error:
        reason = error.reason.replace(str(path), "the model").removesuffix("; export it again")
        return Answers(problem=_short(reason))


def as_compiled(model: Model, network: Graph) -> bytes:
    """The ``.tflite`` with the inputs and outputs that ``network``, made of it, has."""
    inputs = [tensor.number for tensor in network.inputs]
    outputs = [tensor.number for tensor in network.outputs]
    if (tuple(inputs), tuple(outputs)) == (model.inputs, model.outputs):
        return model.content
    try:
        from convert.bundle import border  # noqa: PLC0415 - needs LiteRT's schema, compiling not
    except ImportError as error:
        raise BackendError("--io of a check needs LiteRT: pip install ai-edge-litert") from error
    return border.moved(model.content, inputs, outputs)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."
