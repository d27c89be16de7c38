"""Libraries made by the command, and what their example has to print, by LiteRT."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from convert.package import __main__ as command
from runtime import interpreter

ROOT = Path(__file__).parents[2]
NANO = ROOT / "runtime/models/nano/model.tflite"
SHOWN = 16


def make(kind: str, model: str | Path, out: Path, *more: str) -> Path:
    """The folder of a library of ``model``, a path or a bundled model's name."""
    command.main([str(model), "--for", kind, "--out", str(out), "--quiet", *more])
    return next(path for path in out.iterdir() if path.name.endswith(f"-{kind}"))


def run(*words: str | Path, cwd: Path | None = None) -> str:
    """What a program prints; its own words where it fails."""
    done = subprocess.run(
        list(map(str, words)), cwd=cwd, capture_output=True, text=True, check=False
    )
    assert not done.returncode, f"{words}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def drawn(tensors: Sequence[interpreter.Tensor], step: float) -> list[np.ndarray]:
    """What the example puts into the inputs: numbers from the seed 1 (Numerical Recipes).

    A real input gets whole numbers times ``step``.
    """
    state, found = 1, []
    for tensor in tensors:
        numbers = []
        for _ in range(int(np.prod(tensor.shape))):
            state = (state * 1664525 + 1013904223) % 2**32
            numbers.append(state)
        high = np.array(numbers, np.int64)
        values = {"uint8": high >> 24, "int16": (high >> 16) - 32768}.get(
            tensor.dtype.name, (high >> 24) - 128
        )
        typed = values.astype(tensor.dtype)
        if tensor.dtype == np.float32:
            typed *= np.float32(step)
        found.append(typed.reshape(tensor.shape))
    return found


def answers(model: Path, step: float = 1.0, backend: str = "litert") -> list[str]:
    """The lines that the example prints, by the answers of LiteRT, or of another ``backend``."""
    network = interpreter.load(model, backend)
    given = [values[None] for values in drawn(network.inputs, step)]
    lines = ["self-test: ok"]
    for tensor, found in zip(network.outputs, network.run_all(given), strict=True):
        values = found[0].ravel()
        reals = values.astype(np.float32)
        if tensor.scale:
            steps = values.astype(np.int64) - tensor.zero_point
            reals = steps.astype(np.float32) * np.float32(tensor.scale)
        lines += [f"[{i}] = {real:.3f}" for i, real in enumerate(reals[:SHOWN])]
    labels = model.with_name("labels.txt")
    if labels.is_file():
        lines.append(f"label: {labels.read_text().splitlines()[int(np.argmax(values))]}")
    return [line.replace("= -0.000", "= 0.000") for line in lines]


def require_example(library: Path, model: Path, printed: str | bytes, step: float = 1.0) -> None:
    """Hold what an example printed to its README, and to LiteRT's answer to the same input.

    A real input gets whole numbers times ``step``.
    """
    text = printed if isinstance(printed, str) else printed.decode()
    assert text == block(library, "text")
    assert lines(text) == answers(model, step)


def public(name: str) -> Path:
    """A model of another project; a test that asks for it is left out where there is none."""
    folder = os.environ.get("THIMBLE_MODELS")
    if not folder:
        pytest.skip("needs public models: set THIMBLE_MODELS")
    return Path(folder) / f"{name}.tflite"


def lines(printed: str) -> list[str]:
    """Printed lines without the outputs' names; "-0.000" is "0.000"."""
    found = (line.replace("= -0.000", "= 0.000") for line in printed.splitlines() if line.strip())
    return [re.sub(r"^output\w*\[", "[", line) for line in found]


def fetched(name: str) -> Path:
    """Where tests/tools.sh keeps a program that it fetched; a test is left out where it did not."""
    folder = ROOT / "build" / name
    if not (folder / "pinned").is_file():
        pytest.skip(f"{name} was not fetched: run tests/tools.sh with a connection")
    return folder


def block(library: Path, language: str) -> str:
    """The first block of a language in the README of a library."""
    found = re.search(rf"```{language}\n(.*?)```", (library / "README.md").read_text(), re.DOTALL)
    assert found, language
    return found[1]
