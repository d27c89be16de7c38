"""Compare models: time and memory per inference, each in a fresh process.

For example:
  python -m runtime.benchmark base
  python -m runtime.benchmark build/base/model_float.tflite build/base/model.tflite
  python -m runtime.benchmark --backend tflite-runtime --runs 1000 --threads 2 --json base
  python -m runtime.benchmark --inputs windows.npz build/gestures/model.tflite
  python -m runtime.benchmark --backend litert --backend c --rounds 3 base micro
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from runtime import children, classifier, console, interpreter, native, numbers
from runtime.compiled import CompiledModel
from runtime.errors import ModelError
from runtime.reading import raw

WARM_UP = 10
"""Inferences before the clock counts: the first ones allocate and fill caches."""
SEED = 1
"""Of the random inputs."""


@dataclass(frozen=True)
class Measurement:
    """What one model costs in a process of its own."""

    model: str
    dtype: str  # of the first input
    file_bytes: int
    median_ms: float  # per inference
    p95_ms: float  # per inference
    memory_bytes: int  # peak of the process above that of a Python with NumPy and Pillow
    import_ms: float  # of the interpreter's package
    load_ms: float  # of the model into the interpreter
    backend: str
    version: str


def parser() -> argparse.ArgumentParser:
    """The command line of this module."""
    result = console.Parser("python -m runtime.benchmark", description=__doc__)
    result.add_argument(
        "models", nargs="+", metavar="MODEL", help="a .tflite, or the name of a bundled model"
    )
    result.add_argument(
        "--backend",
        action="append",
        help="litert, tflite-runtime, tensorflow (default: the first installed), or c: C that is "
        "made fast for this machine (c:generic: plain C); several are compared, model by model",
    )
    result.add_argument(
        "--rounds",
        type=numbers.whole(1),
        default=1,
        metavar="N",
        help="how often each is measured, in turn, in a new process; the fastest counts "
        "(default: 1)",
    )
    result.add_argument(
        "--runs",
        type=numbers.whole(1),
        default=300,
        metavar="N",
        help="inferences timed (default: 300)",
    )
    result.add_argument(
        "--threads", type=numbers.whole(1), default=1, metavar="T", help="threads (default: 1)"
    )
    result.add_argument(
        "--inputs",
        type=Path,
        metavar="FILE",
        help="a .npz with an array for each input, named like it, or a .npy, which are run in "
        "turn: reals, or in the model's own type (default: random numbers)",
    )
    result.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every model and print a table, ratios to the first one included."""
    options = console.parse(parser(), argv)
    backends = options.backend or [None]
    if options.worker:
        result = measure(options.models[0], _how(options, backends[0]))
        print(json.dumps(asdict(result)))
        return 0
    pairs = [(model, backend) for model in options.models for backend in backends]
    found: dict[tuple[str, str | None], Measurement] = {}
    for pair in console.progress(pairs * options.rounds, "models"):
        one = in_new_process(pair[0], _how(options, pair[1]))
        found[pair] = min(found.get(pair, one), one, key=lambda each: each.median_ms)
    results = list(found.values())
    data = [asdict(result) for result in results]
    if len(backends) > 1:
        console.finish(compared(results, len(backends), options), data)
    else:
        console.finish(as_text(results, options.runs, options.threads), data)
    return 0


@dataclass(frozen=True)
class How:
    """How a model is measured."""

    backend: str | None = None  # None: the first installed
    runs: int = 300
    threads: int = 1
    inputs: Path | None = None  # None: random numbers


def _how(options: argparse.Namespace, backend: str | None) -> How:
    return How(backend, options.runs, options.threads, options.inputs)


def in_new_process(model: str, how: How) -> Measurement:
    """``measure`` in a process that has loaded nothing else."""
    if not native.is_meant(how.backend):
        interpreter.choose(how.backend)
    classifier.find(model)
    command = [*children.python("runtime.benchmark"), "--worker", model]
    command += ["--runs", str(how.runs), "--threads", str(how.threads)]
    command += ["--backend", how.backend] if how.backend else []
    command += ["--inputs", str(how.inputs)] if how.inputs else []
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=children.TIED,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"it died with status {done.returncode}"])[-1]
        raise ModelError(last.removeprefix("error: "))
    return Measurement(**json.loads(done.stdout.splitlines()[-1]))


def measure(model: str, how: How) -> Measurement:
    """What ``model`` costs in this process, which must not have loaded an interpreter."""
    path = classifier.find(model)
    baseline = peak_memory()
    start = time.perf_counter()
    if not native.is_meant(how.backend):
        interpreter.imported(interpreter.choose(how.backend))
    import_ms = (time.perf_counter() - start) * 1000
    start = time.perf_counter()
    runner = classifier.load(path, how.backend, "default", how.threads)
    load_ms = (time.perf_counter() - start) * 1000
    if how.inputs is None:
        given = [drawn(tensor) for tensor in runner.inputs]
    else:
        given = raw.load(how.inputs, runner.inputs, reals=True)
    times = timed(runner, given, how.runs)
    return Measurement(
        model,
        runner.input.dtype.name,
        path.stat().st_size,
        float(np.median(times)),
        float(np.quantile(times, 0.95)),
        peak_memory() - baseline,
        import_ms,
        load_ms,
        f"{runner.backend}:{runner.target}"
        if isinstance(runner, CompiledModel)
        else runner.backend,
        runner.version,
    )


def drawn(tensor: interpreter.Tensor) -> interpreter.Array:
    """Random values, [1, *shape], over the whole range: zeros may take less time."""
    rng = np.random.default_rng(SEED)
    if tensor.dtype.kind == "f":
        return rng.uniform(-1, 1, (1, *tensor.shape)).astype(tensor.dtype)
    if tensor.dtype.name not in ("int8", "uint8", "int16"):  # indices: 0 and 1 always exist
        return rng.integers(0, 2, (1, *tensor.shape)).astype(tensor.dtype)
    limits = np.iinfo(tensor.dtype)
    return rng.integers(limits.min, limits.max, (1, *tensor.shape), tensor.dtype, endpoint=True)


def timed(
    runner: interpreter.Interpreter | CompiledModel, inputs: list[interpreter.Array], runs: int
) -> list[float]:
    """Milliseconds of each of ``runs`` inferences, after the warm-up; ``inputs`` in turn."""
    count = min(map(len, inputs))
    times = []
    for number in range(WARM_UP + runs):
        row = number % count
        given = [array[row : row + 1] for array in inputs]
        start = time.perf_counter()
        runner.run_all(given)
        times.append((time.perf_counter() - start) * 1000)
    return times[WARM_UP:]


def peak_memory() -> int:
    """The most memory that this process has had resident, in bytes.

    Linux: VmHWM, as ru_maxrss there includes what the process was before exec. macOS counts
    ru_maxrss in bytes. Elsewhere 0.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    if sys.platform == "darwin":
        import resource  # noqa: PLC0415  # not on Windows

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return 0


def as_text(results: Sequence[Measurement], runs: int, threads: int) -> str:
    """The table for people; in brackets, how many times the first model's value each is."""
    first = results[0]
    rows = []
    for result in results:
        memory = f"{result.memory_bytes / 1e6:.1f} MB"
        cells = [
            result.model,
            result.dtype,
            _with_ratio(f"{result.file_bytes / 1e3:.1f} kB", result.file_bytes, first.file_bytes),
            _with_ratio(f"{result.median_ms:.3f} ms", result.median_ms, first.median_ms),
            f"{result.p95_ms:.3f} ms",
            _with_ratio(memory, result.memory_bytes, first.memory_bytes),
            f"{result.import_ms:.0f} ms",
            f"{result.load_ms:.1f} ms",
        ]
        rows.append(cells)
    header = ["model", "type", "file", "median", "p95", "peak memory", "import", "load"]
    return (
        f"{first.backend} {first.version}, {runs} runs, threads: {threads}; "
        "in brackets: relative to the first row\n\n" + console.table(header, rows)
    )


def compared(results: Sequence[Measurement], backends: int, options: argparse.Namespace) -> str:
    """The table of several backends; in brackets, how many times faster than the model's first."""
    rows = []
    for number, result in enumerate(results):
        first = results[number - number % backends]
        ratio = f" ({first.median_ms / result.median_ms:.2f}x)" if result is not first else ""
        rows.append(
            [
                result.model,
                result.backend,
                f"{1000 * result.median_ms:,.1f} µs{ratio}",
                f"{1000 * result.p95_ms:,.1f} µs",
                f"{result.memory_bytes / 1e6:.1f} MB",
                f"{result.import_ms:.0f} ms",
                f"{result.load_ms:,.0f} ms",
            ]
        )
    header = ["model", "backend", "median", "p95", "peak memory", "import", "load"]
    told = f"{options.runs} runs, threads: {options.threads}, rounds: {options.rounds}"
    return f"{told}; in brackets: how many times faster\n\n{console.table(header, rows)}"


def _with_ratio(text: str, value: float, base: float) -> str:
    return f"{text} ({value / base:.2f}x)" if base else text


if __name__ == "__main__":
    console.run(main)
