"""Networks with inputs, and what LiteRT answers: for libraries of other languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runtime import reading, worker
from runtime.interpreter import load
from runtime.tasks.digits import TASK
from tests.compiler import networks
from tests.compiler.builder import Builder
from tests.firmware.networks import running
from tests.package.packaged import NANO
from train import data

RUNS = 200


def mixed() -> bytes:
    """Inputs of int8 and int16 [1, 3, 4], outputs of int8 and float32: as many types as borders."""
    b = Builder()
    left, right = b.tensor((1, 3, 4), 0.05, 3), b.tensor((1, 3, 4), 0.001, 0, dtype="INT16")
    near, total = b.tensor((1, 3, 4), 0.1, -7), b.tensor((1, 3, 4), 0.11, 1)
    real = b.tensor((1, 3, 4), dtype="FLOAT32")
    b.add("QUANTIZE", [right], near)
    b.add("ADD", [left, near], total, fusedActivationFunction=0)
    b.add("DEQUANTIZE", [near], real, version=2)
    networks.named(b, left=left, right=right, total=total, real=real)
    return b.pack([left, right], [total, real])


ODD: Mapping[str, bytes] = {
    "two_each": networks.addition(),  # two inputs, two outputs
    "object": mixed(),  # a type of its own for each, a name of Java's
    "class": networks.bordered("FLOAT32"),  # real numbers, a keyword
    "fs": networks.bordered("UINT8"),  # unsigned, a module of Node.js
    "new": running(),  # keeps its last output
}
"""By the library's name: each other than a classifier of one int8 input."""


@dataclass(frozen=True)
class Case:
    """A network, inputs in sequence, and the outputs that LiteRT gives."""

    name: str  # of the library
    model: Path
    inputs: Sequence[np.ndarray]  # of each input [n, 1, ...]
    outputs: Sequence[np.ndarray]

    def write(self, folder: Path) -> Path:
        """A file of all inputs: run by run, input by input, as they are stored."""
        path = folder / f"{self.name}.inputs"
        path.write_bytes(_joined(self.inputs))
        return path

    def differing(self, found: bytes) -> int:
        """How many bytes of outputs, stored likewise, are not LiteRT's."""
        expected = np.frombuffer(_joined(self.outputs), np.uint8)
        got = np.frombuffer(found, np.uint8)
        assert len(got) == len(expected)
        return int((got != expected).sum())


def _joined(arrays: Sequence[np.ndarray]) -> bytes:
    rows = zip(*arrays, strict=True)
    return b"".join(one.tobytes() for row in rows for one in row)


def images(count: int) -> np.ndarray:
    """MNIST's test images where they are, else the embedded digits: uint8 [n, 28, 28]."""
    if folder := reading.find(None):
        return reading.judged_on(TASK, folder).inputs[:count]
    return data.embedded().inputs[:count]


def digits(count: int = 1000) -> Case:
    """The bundled nano, and images as it takes them."""
    pixels = images(count)
    steps = (pixels.astype(np.int16) - 128).astype(np.int8)[:, None, :, :, None]
    return Case("nano", NANO, [steps], worker.run(NANO, [steps], "litert", "default"))


def odd(name: str, folder: Path) -> Case:
    """One of ODD, with random inputs of every value."""
    path = folder / f"{name}.tflite"
    path.write_bytes(ODD[name])
    rng = np.random.default_rng(6)
    inputs = [_random(one.dtype, (RUNS, *one.shape), rng) for one in load(path, "litert").inputs]
    return Case(name, path, inputs, worker.run(path, inputs, "litert", "default"))


def _random(dtype: np.dtype, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    if dtype.kind == "f":
        return rng.normal(0, 2, shape).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max + 1, shape).astype(dtype)


def probabilities(case: Case) -> np.ndarray:
    """[n, classes]: the softmax of what LiteRT's logits stand for."""
    output = load(case.model, "litert").output
    logits = (case.outputs[0].astype(np.float64) - output.zero_point) * output.scale
    powers = np.exp(logits.reshape(len(logits), -1))
    return powers / powers.sum(axis=1, keepdims=True)
