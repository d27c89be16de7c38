"""python -m runtime.benchmark: one row per model, each measured in a process of its own."""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from runtime import benchmark
from runtime.errors import BackendError, ModelError

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_every_model_is_measured(model_path: Path, run: Run) -> None:
    """Size and type are the file's; times and memory are positive and in order."""
    done = run("runtime.benchmark", "--json", "--runs", "20", "base", model_path)
    first, second = json.loads(done.stdout)
    assert (first["model"], second["model"]) == ("base", str(model_path))
    for result in (first, second):
        assert result["dtype"] == "int8"
        assert result["file_bytes"] == len(model_path.read_bytes())
        assert 0 < result["median_ms"] <= result["p95_ms"]
        assert result["import_ms"] > 0
        assert result["load_ms"] > 0
        assert result["memory_bytes"] > 1_000_000
        assert result["backend"] == "litert"


def test_the_table_has_ratios_to_the_first_row() -> None:
    """A quarter of the size and half the time are said as 0.25x and 0.50x."""
    big = benchmark.Measurement(
        "float", "float32", 400_000, 2.0, 3.0, 20_000_000, 50, 5, "litert", "1"
    )
    small = replace(big, model="int8", file_bytes=100_000, median_ms=1.0, memory_bytes=10_000_000)
    rows = benchmark.as_text([big, small], runs=300, threads=1).splitlines()
    assert "400.0 kB (1.00x)" in rows[-2]
    assert "100.0 kB (0.25x)" in rows[-1]
    assert "1.000 ms (0.50x)" in rows[-1]
    assert "10.0 MB (0.50x)" in rows[-1]


def test_backends_are_compared_model_by_model(run: Run) -> None:
    """Each model in each backend, in one run; C for this machine is named by its target."""
    words = ("--backend", "litert", "--backend", "c:generic", "--rounds", "2", "--runs", "20")
    done = run("runtime.benchmark", "--json", *words, "nano", "micro")
    found = [(one["model"], one["backend"]) for one in json.loads(done.stdout)]
    assert found == [(n, b) for n in ("nano", "micro") for b in ("litert", "c:generic")]


def test_how_many_times_faster() -> None:
    """The first backend of each model is what the others are held to."""
    one = benchmark.Measurement("a", "int8", 1, 0.020, 0.030, 20_000_000, 50, 5, "litert", "1")
    options = argparse.Namespace(runs=300, threads=1, rounds=3)
    found = [
        one,
        replace(one, backend="c:generic", median_ms=0.010),
        replace(one, model="b", median_ms=0.030),
        replace(one, model="b", backend="c:generic", median_ms=0.060),
    ]
    lines = benchmark.compared(found, 2, options).splitlines()[-4:]
    medians = [line.split("|")[3].strip() for line in lines]
    assert medians == ["20.0 µs", "10.0 µs (2.00x)", "30.0 µs", "60.0 µs (0.50x)"]


def test_a_bad_model_is_one_line(tmp_path: Path, run: Run) -> None:
    """What the measuring process found wrong reaches the user as one error."""
    bad = tmp_path / "bad.tflite"
    bad.write_bytes(b"no model")
    done = run("runtime.benchmark", bad)
    assert done.returncode == 1
    (error,) = done.stderr.splitlines()
    assert error.startswith("error: ")
    assert error.count("error:") == 1
    assert "bad.tflite" in error


def test_missing_things_are_refused_before_anything_runs() -> None:
    """A model or backend that does not exist is said by the error of its kind."""
    with pytest.raises(ModelError, match="nowhere"):
        benchmark.main(["nowhere"])
    with pytest.raises(BackendError, match="onnx"):
        benchmark.main(["--backend", "onnx", "base"])


def test_a_process_that_dies_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter killed by a signal is reported, not shown as an empty row."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ModelError, match="died with status 1"):
        benchmark.main(["base"])


def test_peak_memory_grows_with_what_is_used() -> None:
    """After 50 MB were written the peak is at least 40 MB higher, measured in a fresh process."""
    code = (
        "from runtime import benchmark; import numpy as np\n"
        "before = benchmark.peak_memory(); kept = np.ones(50_000_000, np.uint8)\n"
        "print(benchmark.peak_memory() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 40_000_000 < int(done.stdout) < 70_000_000
