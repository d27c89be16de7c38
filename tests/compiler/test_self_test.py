"""The self-test passes as generated, and fails when any bit of any table is flipped."""

import ctypes
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.targets.options import Options
from tests.compiler import models

FLIPS = 60


def library(folder: Path, compiled: Compiled) -> Path:
    for name, content in compiled.files().items():
        (folder / name).write_bytes(content)
    name = compiled.unit.name
    words = ["gcc", "-O2", "-shared", "-fPIC", folder / f"{name}.c", "-o", folder / "model.so"]
    subprocess.run(words, check=True)
    return folder / "model.so"


def status(path: Path, compiled: Compiled) -> int:
    """What the self-test in the library says."""
    arena = (ctypes.c_int32 * (compiled.unit.arena // 4 + 1))()
    state = (ctypes.c_int32 * (compiled.unit.state // 4 + 1))()
    loaded = ctypes.CDLL(str(path))
    return int(getattr(loaded, f"{compiled.unit.name}_self_test")(arena, state))


def tables(path: Path, compiled: Compiled) -> dict[str, tuple[int, int]]:
    """Where each table lies in the library's file: (offset, size), by nm and readelf."""
    text = subprocess.run(
        ["readelf", "-SW", path], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"\.rodata\s+PROGBITS\s+(\w+)\s+(\w+)", text)
    assert found
    shift = int(found[2], 16) - int(found[1], 16)
    symbols = subprocess.run(["nm", "-S", path], capture_output=True, text=True, check=True).stdout
    places = {}
    for item in compiled.unit.tables:
        row = re.search(rf"^(\w+) (\w+) r {item.name}$", symbols, re.MULTILINE)
        assert row, item.name
        places[item.name] = (int(row[1], 16) + shift, int(row[2], 16))
    return places


@pytest.mark.parametrize("match", list(Match))
def test_every_flipped_bit_is_found(match: Match, model_path: Path, tmp_path: Path) -> None:
    """Bits of every table, first and last byte included, are flipped one at a time."""
    compiled = compile_model(tflite.read(model_path), "model", Options(match))
    path = library(tmp_path, compiled)
    assert status(path, compiled) == 0
    content = path.read_bytes()
    rng = np.random.default_rng(4)
    places = list(tables(path, compiled).values())
    for number in range(FLIPS):
        start, size = places[number % len(places)]
        at = start + int((0, size - 1, rng.integers(size))[number // len(places) % 3])
        damaged = bytearray(content)
        damaged[at] ^= 1 << int(rng.integers(8))
        copy = tmp_path / f"flip{number}.so"
        copy.write_bytes(damaged)
        assert status(copy, compiled) == 1, at


def test_wrong_arithmetic_is_found(model_path: Path, tmp_path: Path) -> None:
    """A compiler that miscompiles, here one rounding that only cuts off, gives a wrong answer."""
    compiled = compile_model(tflite.read(model_path), "model")
    for name, content in compiled.files().items():
        (tmp_path / name).write_bytes(content)
    source = tmp_path / "model.c"
    text = source.read_text()
    rounding = "value + (rest > half || (rest == half && (value & 1) != 0))"
    assert rounding in text
    source.write_text(text.replace(rounding, "value"))
    target = tmp_path / "bad.so"
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", source, "-o", target], check=True)
    assert status(target, compiled) == 2


@pytest.mark.spread
@pytest.mark.parametrize("kind", [k for k in models.kinds() if models.only().get(k) != ()])
def test_every_operator_passes_its_own(kind: str, tmp_path: Path) -> None:
    """Golden vectors come from NumPy, answers from C."""
    match = models.only().get(kind, (Match.TFLM,))[-1]
    compiled = compile_model(tflite.parse(models.random(kind, 5)), "one", Options(match))
    assert status(library(tmp_path, compiled), compiled) == 0
