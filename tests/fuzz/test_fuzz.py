"""Mutants of models are refused in one line or compiled exactly, and no command dies of one."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.compiler import models
from tests.compiler.test_refuse import changed
from tests.conftest import ROOT
from tests.fuzz.__main__ import mutants
from tests.fuzz.judge import MATCHES, apart, judge
from tests.fuzz.mutate import mutant

LONG = os.environ.get("THIMBLE_LONG") == "1"
MUTANTS, BATCH = (20_000, 50) if LONG else (120, 40)


def test_mutants_are_refused_or_exact() -> None:
    """The same ones each time; other seeds by ``python -m tests.fuzz``."""
    source = mutants(seed=0)
    refused = exact = 0
    for _ in range(0, MUTANTS, BATCH):
        found = judge([next(source) for _ in range(BATCH)])
        assert [(said, one.about) for said, one in found.faults] == []
        refused, exact = refused + found.refused, exact + found.exact
    assert min(refused, exact) > 0.2 * MUTANTS  # of two modes each: both ways are tried


def test_the_judge_sees_faults() -> None:
    """A process that dies, raises or answers is told apart, so that no fault is lost."""
    assert apart(lambda: [1]) == [1]
    assert apart(os.abort) == "died of SIGABRT"
    assert apart(lambda: 1 // 0).startswith("ZeroDivisionError")
    assert len(MATCHES) == 2


def test_mutants_differ_in_fields() -> None:
    """Most are written, and are other files; all tables get their share."""
    rng, content = np.random.default_rng(0), models.random("CONV_2D", 3)
    found = [mutant(content, rng) for _ in range(300)]
    made = [one for one in found if one is not None]
    assert len(made) > 200
    assert len({one for one, _ in made}) > 150
    for table in ("TensorT", "OperatorT", "QuantizationParametersT", "Conv2DOptionsT", "SubGraphT"):
        assert any(f"{table}." in about for _, about in made), table


def without_scale(model: Any) -> None:
    """An int8 output that does not say what its steps are: LiteRT aborts."""
    graph = model.subgraphs[0]
    graph.tensors[graph.outputs[0]].quantization = None


def without_sizes(model: Any) -> None:
    """An input left out that there must be: LiteRT reads where nothing is."""
    operator = model.subgraphs[0].operators[0]
    operator.inputs = np.array([operator.inputs[0], -1, *operator.inputs[2:]], np.int32)


@pytest.fixture(
    params=[("SQUARED_DIFFERENCE", without_scale), ("SLICE other types", without_sizes)]
)
def deadly(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file that LiteRT dies of, which is why commands have a supervisor."""
    kind, change = request.param
    for seed in range(50):
        content = changed(models.random(kind, seed), change)
        if str(apart(partial(loaded, content))).startswith("died"):
            path = tmp_path / "deadly.tflite"
            path.write_bytes(content)
            return path
    pytest.skip("this LiteRT does not die of it")


def loaded(content: bytes) -> None:
    """Let LiteRT run a model once."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    interpreter.invoke()


@pytest.mark.parametrize("command", ["runtime.benchmark", "convert.compare", "runtime.evaluate"])
def test_no_command_dies_of_a_file(command: str, deadly: Path, tmp_path: Path) -> None:
    """One line, status 1, whatever the interpreter does; nothing is left behind."""
    words = {
        "runtime.benchmark": [deadly],
        "convert.compare": [deadly, deadly],
        "runtime.evaluate": ["--model", deadly, "--data", ROOT / "runtime/examples"],
    }[command]
    done = subprocess.run(
        [sys.executable, "-m", command, *words],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["deadly.tflite"]
