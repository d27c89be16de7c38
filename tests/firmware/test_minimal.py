"""Minimal images answer as LiteRT does, byte for byte, and take no more than was predicted."""

import subprocess
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from ai_edge_litert.interpreter import Interpreter

from convert import minimal
from convert.compiler.arithmetic.match import Match
from convert.compiler.targets.options import Optimize, Target
from firmware import boards, build
from firmware.build import Image
from runtime.errors import ToolError
from tests.firmware import images
from tests.firmware.minimal import ON, built, models
from tests.firmware.networks import MODELS
from tests.firmware.plain import PAUSE, START, plain

Array = npt.NDArray[Any]

_folder = TemporaryDirectory(prefix="thimble-minimal-")


@cache
def image(name: str, model: str = "nano", optimize: Optimize = Optimize.SIZE) -> Image:
    """The minimal image of a bundled model, or one of MODELS, for a board."""
    board, folder = boards.minimal(boards.find(name)), Path(_folder.name)
    if model in MODELS:
        path = folder / f"{model}.tflite"
        path.write_bytes(MODELS[model]())
        model = str(path)
    return build.build(board, build.choose(board, model, Match.XNNPACK, optimize), folder)


def drawn(interpreter: Interpreter, rng: np.random.Generator) -> list[Array]:
    """Random inputs in the model's own types."""
    found = []
    for told in interpreter.get_input_details():
        shape, dtype = told["shape"], np.dtype(told["dtype"])
        if dtype.kind == "f":
            found.append(rng.normal(0, 1, shape).astype(dtype))
        else:
            kind = np.iinfo(dtype)
            found.append(rng.integers(kind.min, kind.max, shape, dtype, endpoint=True))
    return found


def expected(interpreter: Interpreter, inputs: list[Array]) -> bytes:
    """The bytes of all of LiteRT's outputs, in order."""
    for told, value in zip(interpreter.get_input_details(), inputs, strict=True):
        interpreter.set_tensor(told["index"], value)
    interpreter.invoke()
    outputs = interpreter.get_output_details()
    return b"".join(interpreter.get_tensor(told["index"]).tobytes() for told in outputs)


def litert(one: Image) -> Interpreter:
    found = Interpreter(model_path=str(one.deployment.path))
    found.allocate_tensors()
    return found


RUN = [("uno", "nano"), ("uno", "micro"), ("mega2560", "border-float32")]
RUN += [(board, "nano") for board in ("microbit", "netduinoplus2", "stm32vldiscovery", "hifive1")]
RUN += [("mps2-m0", name) for name in ("two-inputs", "two-types", "running", "int16", "conv1d")]
RUN += [("riscv-virt", "two-inputs"), ("mps2-an386", "running"), ("mega2560", "two-types")]
RUN += [("mps3-an547", "nano"), ("mps2-an500", "nano"), ("mps2-an505", "nano")]


@pytest.mark.parametrize(("name", "model"), RUN)
def test_answers_are_litert_s(name: str, model: str) -> None:
    """0 bytes differ; of a network with state, from its beginning on."""
    one, rng = image(name, model), np.random.default_rng(5)
    interpreter = litert(one)
    with plain(one) as device:
        time.sleep(START)
        for _ in range(6):
            inputs = drawn(interpreter, rng)
            given = b"".join(value.tobytes() for value in inputs)
            assert device.run(given) == expected(interpreter, inputs)


@pytest.mark.parametrize("optimize", list(Optimize))
@pytest.mark.parametrize("name", ["uno", "microbit", "hifive1"])
def test_broken_off_input_spoils_no_other(name: str, optimize: Optimize) -> None:
    """After a pause an input begins anew, whether bytes were lost or too many before it."""
    one, rng = image(name, "nano", optimize), np.random.default_rng(6)
    interpreter = litert(one)
    with plain(one) as device:
        time.sleep(START)
        for broken in (1, 300, 783):
            inputs = drawn(interpreter, rng)
            device.line.write(inputs[0].tobytes()[:broken])
            assert device.received(PAUSE) == b""
            assert device.run(inputs[0].tobytes()) == expected(interpreter, inputs)


@pytest.mark.parametrize("name", boards.names())
def test_cost_is_within_what_was_predicted(name: str) -> None:
    """Flash, RAM and stack, of an image that is smaller than the whole firmware's."""
    one, usual = image(name), images.image(name)
    board = boards.find(name)
    assert one.flash <= one.predicted.flash <= board.flash
    assert one.ram <= one.predicted.ram <= board.ram
    assert one.stack <= one.predicted.stack
    assert one.flash == len((one.folder / "firmware.bin").read_bytes())
    assert one.flash < 0.6 * usual.flash
    assert one.ram < usual.ram


@pytest.mark.parametrize("name", ["uno", "microbit", "hifive1", "pico", "esp32c3"])
def test_nothing_else_is_in_it(name: str) -> None:
    """Neither protocol nor faults nor watchdog, no ticks, no self-test, and no C library."""
    one = image(name)
    words = [one.board.family.toolchain.program("nm"), str(one.elf)]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    names = {line.split()[-1] for line in told.splitlines()}
    assert "main" in names
    for part in ("device", "protocol", "hello", "fault", "feed", "ticks", "self_test", "golden"):
        assert not [name for name in names if part in name]
    assert not names & {"memcpy", "memset", "memmove", "malloc", "printf"}


@pytest.mark.parametrize("target", list(ON))
def test_other_networks_are_within_what_was_predicted(target: Target, tmp_path: Path) -> None:
    """Networks of a search's space that the coefficients were not fitted to."""
    board = boards.find(ON[target])
    drawn_anew = [path for path in models(tmp_path, 12, seed=77) if path.stem.startswith("point")]
    for path in drawn_anew[:6]:
        found = built(board, path, Match.XNNPACK, tmp_path)
        assert found is not None
        assert found.code <= found.predicted_code
        assert found.stack <= found.predicted_stack


def test_coefficients_are_of_cores_that_there_are() -> None:
    """Each is of a core of a board, so that none of them is left over."""
    assert {Target(one.target) for one in map(boards.find, boards.names())} >= set(ON)
    assert minimal.PATH.exists()


def test_small_does_not_fit_on_uno() -> None:
    """Refused with the numbers in one line, and with what fits: micro does, in a minimal image."""
    with pytest.raises(
        ToolError, match=r"RAM [\d,]+ bytes, uno has 2,048; .* micro, nano, pico, femto$"
    ):
        image("uno", "small")


@pytest.mark.parametrize(
    ("name", "top"), [("uno", 0x900), ("microbit", 0x20000000), ("hifive1", 0x80000000)]
)
def test_stack_that_is_used_is_what_was_predicted(name: str, top: int, tmp_path: Path) -> None:
    """Memory is zeros when an emulator starts: what lies above the lowest other byte was used."""
    one, rng, path = image(name), np.random.default_rng(7), tmp_path / "stack"
    size = one.predicted.stack
    start = top - size if name == "uno" else top  # elsewhere the stack lies at RAM's bottom
    with plain(one) as device:
        time.sleep(START)
        for _ in range(3):
            device.run(b"".join(value.tobytes() for value in drawn(litert(one), rng)))
        device.emulator.monitor("memsave", val=start, size=size, filename=str(path))
    used = len(path.read_bytes().lstrip(b"\0"))
    assert 0.6 * one.stack <= used <= one.stack
