"""Count any network on a core, without firmware, and compare its outputs with the runtime's."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from convert import tflite
from convert.compiler import check, samples, toolchain
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.ir import Array, Graph
from convert.compiler.program import Step
from convert.compiler.targets.options import Optimize, Options, Target
from firmware import count, cycles
from firmware.bench import peers
from firmware.bench.peers import Peer
from firmware.count import Counted
from runtime.errors import BackendError, DataError, ModelError
from runtime.reading import npy

SEED = 0
"""Of random inputs."""


@dataclass(frozen=True)
class Layer:
    """One operator as the compiler makes it."""

    operator: str
    shapes: str
    kernel: str
    macs: int
    instructions: int
    estimate: int  # of instructions, by the compiler


@dataclass(frozen=True)
class Row:
    """One network on one core."""

    network: str
    target: str
    optimize: str
    match: str
    macs: int
    instructions: int  # of an inference: the median over the inputs
    estimate: int  # of instructions, by the compiler
    cycles: int | None  # estimated, for the Cortex-M4; None elsewhere
    inputs: int
    differing: int  # bytes
    tables: int  # bytes of flash: all constants, as compiled
    code: int  # bytes of flash, of the network alone
    arena: int  # bytes
    state: int  # bytes
    stack: int  # bytes, predicted
    layers: tuple[Layer, ...]
    peer: Peer | None  # TensorFlow Lite Micro's, not measured here

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Row":
        """From what ``asdict`` makes of it."""
        layers = tuple(Layer(**layer) for layer in data["layers"])
        peer = Peer(**data["peer"]) if data["peer"] else None
        return cls(**{**data, "layers": layers, "peer": peer})

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Question:
    """A network, what it is fed with, and what the runtime answers."""

    name: str
    model: tflite.Model
    given: Sequence[Array]  # [count, *shape] for each input
    expected: Sequence[Array]  # the same of each output
    match: Match


def ask(name: str, model: tflite.Model, match: Match, inputs: Path | int) -> Question:
    """Inputs from a file, or so many random ones, and the runtime's answers to them.

    Raises DataError for inputs that the model does not take, ModelError for what cannot be
    compiled, BackendError when the runtime does not run it.
    """
    network = compile_model(model, "model", Options(match)).unit.network
    given = (
        samples.random(network, inputs, SEED)
        if isinstance(inputs, int)
        else samples.load(inputs, network, _rows(inputs, network))
    )
    answers = check.run_runtime(model.content, match, given)
    if answers.problem:
        raise BackendError(f"the runtime does not run {name}: {answers.problem}")
    sizes = [tensor.bytes * len(given[0]) for tensor in network.outputs]
    if sizes != [array.nbytes for array in answers.arrays]:
        raise ModelError(f"the outputs of {name} have other shapes in the runtime")
    return Question(name, model, given, answers.arrays, match)


def _rows(path: Path, network: Graph) -> int:
    """How many inputs a file has."""
    samples.load(path, network, 1)  # refuses what the model does not take
    return min(len(array) for array in npy.load(path).values() if array.ndim)


def measure(question: Question, target: Target, optimize: Optimize, *, plain: bool = False) -> Row:
    """Compile for ``target``, run and count there; raises ToolError without the tools.

    With ``plain`` it is plain C that is counted.
    """
    options = Options(question.match, Target.GENERIC if plain else target, optimize)
    compiled = compile_model(question.model, "model", options)
    with tempfile.TemporaryDirectory(prefix="thimble-bench-") as name:
        program = count.build(compiled, Path(name), target=target)
        runs = program.run(question.given)
        is_m4 = target is Target.CORTEX_M4
        clocks = cycles.estimate_program(program, question.given) if is_m4 else None
    cost = toolchain.measure(compiled, " ".join(count.command(target)))
    unit, layers = compiled.unit, _layers(compiled, runs)
    return Row(
        network=question.name,
        target=target.value,
        optimize=optimize.value,
        match=question.match.value,
        macs=sum(layer.macs for layer in layers),
        instructions=round(np.median([run.total for run in runs])),
        estimate=sum(layer.estimate for layer in layers),
        cycles=clocks,
        inputs=len(runs),
        differing=_differing(runs, question.expected),
        tables=cost.tables,
        code=cost.code,
        arena=unit.arena,
        state=unit.state,
        stack=cost.stack,
        layers=layers,
        peer=peers.of(question.name, target.value),
    )


def _layers(compiled: Compiled, runs: Sequence[Counted]) -> tuple[Layer, ...]:
    counts = np.median([run.steps for run in runs], axis=0)
    steps = compiled.unit.program.steps
    return tuple(_layer(step, round(value)) for step, value in zip(steps, counts, strict=True))


def _layer(step: Step, instructions: int) -> Layer:
    return Layer(
        step.title, step.shapes, step.kernel, step.macs, instructions, int(step.instructions)
    )


def _differing(runs: Sequence[Counted], expected: Sequence[Array]) -> int:
    """Bytes in which the outputs of all runs differ from the runtime's."""
    total = 0
    for number, theirs in enumerate(expected):
        ours = b"".join(run.outputs[number].tobytes() for run in runs)
        pair = (np.frombuffer(content, np.uint8) for content in (ours, theirs.tobytes()))
        total += int(np.not_equal(*pair).sum())
    return total


def find(name: str) -> tuple[str, tflite.Model]:
    """The network that a command line names: of ``convert.networks``, or a file."""
    if name in peers.NETWORKS:
        from convert import networks  # noqa: PLC0415 - brings TensorFlow, which takes seconds

        return name, tflite.parse(networks.build(name), name)
    path = Path(name)
    if not path.exists():
        known = ", ".join(peers.NETWORKS)
        raise DataError(f"there is no model {name}: give a .tflite, a bundled model, or {known}")
    return path.name, tflite.read(path)
