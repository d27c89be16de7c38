"""Whether the int8 network still is the float network, and whether the runtimes agree on it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.feed import as_runtime
from convert.tflite import Model
from runtime import console, interpreter, judge, statistics, worker
from runtime.classifier import dequantized
from runtime.contract import Contract
from runtime.dataset import Examples, Floats
from runtime.judge import Judgement
from runtime.statistics import Paired
from runtime.tasks.meaning import Classes

FLOATS = npt.NDArray[np.float32]
Array = npt.NDArray[Any]
Who = tuple[str, str]
"""A backend and its set of kernels."""

NAMED = ("litert", "default")
"""The runtime whose bytes are the product's: LiteRT's default kernels (XNNPACK)."""
RUNTIMES = (
    NAMED,
    ("litert", "reference"),
    ("tensorflow", "default"),
    ("tflite-runtime", "default"),
    ("tflite-runtime", "reference"),
)


@dataclass(frozen=True)
class Runtime:
    """One interpreter and kernel set, against the named one. Shares are 0..1."""

    name: str  # "litert 2.3.0, default kernels"
    accuracy: float | None  # None: the first output has no classes, or they are not known
    predictions_differing: int  # examples; 0 without classes
    images_differing: float  # share of the examples with at least one differing output byte
    outputs_differing: float  # share of all output bytes
    largest_difference: float  # steps of the output scale; units of a float output


@dataclass(frozen=True)
class Fidelity:
    """One output of int8 against that of the float network."""

    rmse: float  # in units of the output
    cosine: float  # mean over the examples, of the angle between both vectors
    sqnr_db: float  # power of the float values over power of the difference


@dataclass(frozen=True)
class Judged:
    """How good one output of both networks is."""

    real: Judgement | None  # of the float network; None: there is none, or nothing to judge it by
    int8: Judgement | None
    paired: Paired | None = None  # of right answers, float first; None: as above, or no classes
    disagreements: int = 0  # examples that the two read differently; 0 without classes
    confusion: tuple[tuple[int, ...], ...] = ()  # of int8: [true class][read as]; (): no classes

    @property
    def drop(self) -> float:
        """What int8 lost: percentage points of accuracy, or percent that its error is larger."""
        if self.real is None or self.int8 is None:
            return 0.0
        if self.real.is_share:
            return 100 * (self.real.figure - self.int8.figure)
        return 100 * (self.int8.figure / self.real.figure - 1) if self.real.figure else 0.0


@dataclass(frozen=True)
class Parity:
    """The whole test set through both networks."""

    images: int  # examples
    judged: tuple[Judged, ...]  # each output
    names: tuple[str, ...]  # of the outputs, where there are several
    outputs: tuple[Fidelity, ...]  # (): there is no float network
    runtimes: tuple[Runtime, ...]

    @property
    def first(self) -> Judged:
        """The first output, which is the one where a single figure is asked for."""
        return self.judged[0]

    @property
    def real(self) -> Judgement | None:
        """Of the first output."""
        return self.first.real

    @property
    def int8(self) -> Judgement | None:
        """Of the first output."""
        return self.first.int8

    @property
    def drop(self) -> float:
        """Of the first output."""
        return self.first.drop

    def title(self, output: int) -> str:
        """What a person calls an output; "": there is only one."""
        return self.names[output] if self.names else f"output {output}" if output else ""


@dataclass(frozen=True)
class Question:
    """What is asked of every runtime: the same examples, of which this is known."""

    contract: Contract
    examples: Examples
    given: Array  # [count, *shape], what the int8 network takes for them, in its own type
    counted: npt.NDArray[np.bool_] | None = None  # [count], whether the first output is judged

    def of(self, output: int) -> "Question":
        """What is asked of one output, as if it were the only one."""
        meaning = (self.contract.outputs[output],)
        return replace(
            self,
            contract=replace(self.contract, outputs=meaning, names=()),
            examples=self.examples.of(output),
            counted=None if output else self.counted,
        )


def measure(
    model: Path, graph: Model, asked: Question, floats: Sequence[Floats]
) -> tuple[Parity, list[Floats]]:
    """Run ``model``, the file of ``graph``, in every runtime present and compare.

    Also gives the named runtime's outputs, as reals. ``floats`` are the float network's outputs,
    [count, ...] each; empty: there is none.
    """
    answers = _run_all(model, asked.given)
    named = answers[NAMED]
    reals = real_outputs(graph, named)
    found = Parity(
        images=len(asked.examples),
        judged=tuple(_judged(asked.of(n), floats[n : n + 1], one) for n, one in enumerate(reals)),
        names=asked.contract.names,
        outputs=tuple(fidelity(*pair) for pair in zip(floats, reals, strict=False)),
        runtimes=tuple(_compare(asked, graph, who, answers) for who in answers),
    )
    return found, reals


def _judged(asked: Question, real: Sequence[Floats], int8: Floats) -> Judged:
    """How good the only output of a question is; ``real`` is the float network's, if there is."""
    every, meaning = [*real, int8], asked.contract.outputs[0]
    losses = [_losses(asked, one) for one in every]
    judged = [None if one is None else judge.judge(meaning, one) for one in losses]
    figures = judged[0] if real else None, judged[-1]
    if not isinstance(meaning, Classes):
        return Judged(*figures)
    right = [one == 0 for one in losses if one is not None]
    reads = [_read(asked, one) for one in every]
    return Judged(
        *figures,
        statistics.mcnemar(*right) if len(right) == 2 else None,
        int(np.sum(reads[0] != reads[-1])),
        _confusion(asked, reads[-1]) if right else (),
    )


def real_outputs(graph: Model, outputs: Sequence[Array]) -> list[Floats]:
    """``outputs`` of ``graph``, [count, ...] each, as reals."""
    tensors = [as_runtime(graph.tensors[number]) for number in graph.outputs]
    return [dequantized(*pair) for pair in zip(outputs, tensors, strict=True)]


def _losses(asked: Question, found: Floats) -> Floats | None:
    """How bad each answer is; None where the examples do not say what is right."""
    meaning, examples = asked.contract.outputs[0], asked.examples
    if not judge.knows(meaning, examples):
        return None
    real = asked.contract.task.real(examples.inputs)
    losses = judge.losses(meaning, found, real, examples)
    return losses if asked.counted is None else losses[asked.counted]


def _read(asked: Question, found: Floats) -> npt.NDArray[np.int64]:
    """The class that each answer is; of what has no classes, the largest value."""
    meaning = asked.contract.outputs[0]
    scores = meaning.by_class(found) if isinstance(meaning, Classes) else found
    return np.asarray(scores.reshape(len(scores), -1).argmax(axis=1), np.int64)


def _confusion(asked: Question, read: npt.NDArray[np.int64]) -> tuple[tuple[int, ...], ...]:
    counts = judge.confusion(asked.examples.labels, read, len(asked.examples.names))
    return tuple(tuple(int(count) for count in row) for row in counts)


def fidelity(real: Floats, int8: Floats) -> Fidelity:
    """How close ``int8`` is to ``real``, [count, ...] both, as reals."""
    left, right = (values.reshape(len(values), -1) for values in (real, int8))
    error = (right - left).astype(np.float64)
    rmse = float(np.sqrt(np.mean(error**2)))
    return Fidelity(rmse, _cosine(right, left), sqnr_db(left, error))


def sqnr_db(signal: FLOATS, error: npt.NDArray[np.float64]) -> float:
    """Signal to quantization noise ratio, 10 log10(power of signal / power of error)."""
    noise = float(np.sum(error**2))
    power = float(np.sum(signal.astype(np.float64) ** 2))
    if noise == 0:
        return math.inf
    return 10 * math.log10(power / noise) if power else -math.inf


def _cosine(left: FLOATS, right: FLOATS) -> float:
    norms = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    return float(np.mean(np.sum(left * right, axis=1) / np.maximum(norms, 1e-12)))


def _run_all(model: Path, given: Array) -> Mapping[Who, list[Array]]:
    """Outputs of every runtime present, two at a time: each is a process with one thread."""
    present = [who for who in RUNTIMES if who[0] in interpreter.installed()]

    def run(who: Who) -> list[Array]:
        return [one[:, 0] for one in worker.run(model, [given[:, None]], *who, fresh=True)]

    def finished() -> Iterator[list[Array]]:
        with ThreadPoolExecutor(2) as pool:
            yield from pool.map(run, present)

    done = console.progress(finished(), "runtimes", len(present))
    return dict(zip(present, done, strict=True))


def _compare(
    asked: Question, graph: Model, who: Who, answers: Mapping[Who, Sequence[Array]]
) -> Runtime:
    left, right = (_flat(answers[one]) for one in (who, NAMED))
    difference = np.abs(left - right)
    read, expected = (_read(asked, real_outputs(graph, answers[one])[0]) for one in (who, NAMED))
    classes = isinstance(asked.contract.outputs[0], Classes)
    known = classes and bool(asked.examples.names)
    backend, kernels = who
    return Runtime(
        name=f"{backend} {interpreter.version(interpreter.BACKENDS[backend])}, {kernels} kernels",
        accuracy=float(np.mean(read == asked.examples.labels)) if known else None,
        predictions_differing=int(np.sum(read != expected)) if classes else 0,
        images_differing=float(np.mean(difference.any(axis=1))),
        outputs_differing=float(np.mean(difference != 0)),
        largest_difference=float(difference.max()),
    )


def _flat(outputs: Sequence[Array]) -> npt.NDArray[np.float64]:
    """All outputs of each example in a row."""
    rows = [one.reshape(len(one), -1).astype(np.float64) for one in outputs]
    return np.concatenate(rows, axis=1)
