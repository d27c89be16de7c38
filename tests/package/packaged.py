"""Libraries made by the command, and what their example has to print, by LiteRT."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

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


def codes(dtype: np.dtype, count: int) -> np.ndarray:
    """What the example puts into a quantized input: numbers from the seed 1 (Numerical Recipes)."""
    state, drawn = 1, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        drawn.append(state >> 24)
    codes = np.array(drawn) if dtype == np.uint8 else np.array(drawn) - 128
    return codes.astype(dtype)


def answers(model: Path) -> list[str]:
    """The lines for a model of one 8-bit input and one 8-bit output, as LiteRT answers."""
    network = interpreter.load(model, "litert")
    given, answer = network.input, network.output
    values = codes(given.dtype, int(np.prod(given.shape))).reshape(given.shape)
    found = network.run(values)[0].ravel()
    steps = found.astype(np.int64) - answer.zero_point
    reals = steps.astype(np.float32) * np.float32(answer.scale)
    lines = ["self-test: ok"]
    lines += [f"output[{i}] = {real:.3f}" for i, real in enumerate(reals[:SHOWN])]
    labels = model.with_name("labels.txt")
    if labels.is_file():
        lines.append(f"label: {labels.read_text().splitlines()[int(np.argmax(found))]}")
    return lines


def lines(printed: str) -> Sequence[str]:
    """Printed lines; "-0.000" is "0.000"."""
    return [line.replace("= -0.000", "= 0.000") for line in printed.split("\n") if line.strip()]
