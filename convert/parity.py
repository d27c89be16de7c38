"""Whether the int8 network still is the float network, and whether the runtimes agree on it."""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.tflite import Tensor
from runtime import console, interpreter, worker
from runtime.dataset import Examples

FLOATS = npt.NDArray[np.float32]
Array = npt.NDArray[Any]

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
    accuracy: float
    predictions_differing: int  # images
    images_differing: float  # share with at least one differing output byte
    outputs_differing: float  # share of all output bytes
    largest_difference: int  # steps of the output scale


@dataclass(frozen=True)
class Misread:
    """A test image that at least one of the two networks reads wrongly."""

    index: int  # in the test set, from 0
    truth: int  # class
    float_read: int  # class
    int8_read: int
    float_confidence: float  # softmax of the class that was read, 0..1
    int8_confidence: float


@dataclass(frozen=True)
class Parity:
    """The whole test set through both networks. Shares are 0..1."""

    images: int
    float_accuracy: float
    int8_accuracy: float
    disagreements: int  # images that the two read differently
    confusion: tuple[tuple[int, ...], ...]  # of int8: [true class][read as]
    rmse: float  # of the logits, int8 against float, in units of the logits
    cosine: float  # mean over the images, of the angle between both logit vectors
    sqnr_db: float  # power of the float logits over power of the difference
    runtimes: tuple[Runtime, ...]
    misread: tuple[Misread, ...]

    @property
    def drop(self) -> float:
        """Accuracy lost by int8, in percentage points."""
        return 100 * (self.float_accuracy - self.int8_accuracy)


def measure(
    model: Path, given: Array, float_logits: FLOATS, test: Examples, output: Tensor
) -> Parity:
    """Run ``model`` on ``test`` in every runtime present and compare.

    ``given`` [count, *shape] is what the model makes of ``test`` as its input, in its own type;
    ``float_logits`` [count, classes] are the float network's answers to the same images.
    """
    answers = dict(_run_all(model, given))
    named = answers[NAMED]
    logits = (named.astype(np.float32) - output.zero_points[0]) * np.float32(output.scales[0])
    read, expected = logits.argmax(axis=1), float_logits.argmax(axis=1)
    error = (logits - float_logits).astype(np.float64)
    return Parity(
        images=len(test),
        float_accuracy=float(np.mean(expected == test.labels)),
        int8_accuracy=float(np.mean(read == test.labels)),
        disagreements=int(np.sum(read != expected)),
        confusion=confusion(test.labels, read, len(test.names)),
        rmse=float(np.sqrt(np.mean(error**2))),
        cosine=_cosine(logits, float_logits),
        sqnr_db=sqnr_db(float_logits, error),
        runtimes=tuple(_compare(who, answers[who], named, test.labels) for who in answers),
        misread=misread(float_logits, logits, test.labels),
    )


def misread(
    float_logits: FLOATS, int8_logits: FLOATS, truth: npt.NDArray[np.int64]
) -> tuple[Misread, ...]:
    """The images that either network reads wrongly; logits are [count, classes], dequantized."""
    reads = [logits.argmax(axis=1) for logits in (float_logits, int8_logits)]
    sure = [_softmax(logits).max(axis=1) for logits in (float_logits, int8_logits)]
    wrong = np.flatnonzero((reads[0] != truth) | (reads[1] != truth))
    return tuple(
        Misread(
            int(index),
            int(truth[index]),
            *(int(read[index]) for read in reads),
            *(round(float(share[index]), 6) for share in sure),
        )
        for index in wrong
    )


def confusion(
    truth: npt.NDArray[np.int64], read: npt.NDArray[np.int64], classes: int
) -> tuple[tuple[int, ...], ...]:
    """Counts [true class][read as]."""
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (truth, read), 1)
    return tuple(tuple(int(count) for count in row) for row in counts)


def sqnr_db(signal: FLOATS, error: npt.NDArray[np.float64]) -> float:
    """Signal to quantization noise ratio, 10 log10(power of signal / power of error)."""
    noise = float(np.sum(error**2))
    power = float(np.sum(signal.astype(np.float64) ** 2))
    if noise == 0:
        return math.inf
    return 10 * math.log10(power / noise) if power else -math.inf


def _softmax(logits: FLOATS) -> FLOATS:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _cosine(left: FLOATS, right: FLOATS) -> float:
    norms = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    return float(np.mean(np.sum(left * right, axis=1) / np.maximum(norms, 1e-12)))


def _run_all(model: Path, given: Array) -> Iterator[tuple[tuple[str, str], npt.NDArray[Any]]]:
    """Outputs of every runtime present, two at a time: each is a process with one thread."""
    present = [who for who in RUNTIMES if who[0] in interpreter.installed()]
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(worker.outputs, model, given, *who) for who in present]
        done = (job.result() for job in jobs)
        yield from zip(present, console.progress(done, "runtimes", len(jobs)), strict=True)


def _compare(
    who: tuple[str, str],
    answers: npt.NDArray[Any],
    named: npt.NDArray[Any],
    labels: npt.NDArray[np.int64],
) -> Runtime:
    difference = np.abs(answers.astype(np.int64) - named)
    read = answers.argmax(axis=1)
    backend, kernels = who
    return Runtime(
        name=f"{backend} {interpreter.version(interpreter.BACKENDS[backend])}, {kernels} kernels",
        accuracy=float(np.mean(read == labels)),
        predictions_differing=int(np.sum(read != named.argmax(axis=1))),
        images_differing=float(np.mean(difference.any(axis=1))),
        outputs_differing=float(np.mean(difference != 0)),
        largest_difference=int(difference.max()),
    )
