"""A device quantizes what the world gives as Python does; NumPy is the oracle."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from convert.compiler.targets.options import Options
from firmware import boards, build, deployment
from firmware.emulate import booted
from firmware.protocol import REPLY, Decoder, Frame, Type
from firmware.questions import of_examples
from runtime.contract import Contract
from runtime.dataset import Examples
from runtime.errors import DataError
from runtime.tasks.meaning import Values
from runtime.tasks.photo import Photo
from runtime.tasks.scaling import Scaling
from runtime.tasks.task import Task
from runtime.tasks.tensor import Arrays
from tests.firmware.host_device import build_host, converse
from tests.firmware.networks import echo

SHAPE = (1, 8, 8, 3)
SCALINGS = (
    Scaling(),
    Scaling((0.0,), (255.0,)),
    Scaling((127.5,), (127.5,)),
    Scaling((123.7, 116.3, 103.5), (58.4, 57.1, 57.4)),
    Scaling((0.5, -1e-3, 30.0), (0.25, -1e-6, 1e6)),
)
GRIDS = (("INT8", 0.0235, -3), ("UINT8", 2.0**-6, 17), ("INT16", 3.1e-5, 0), ("FLOAT32", None, 0))


def exported(folder: Path, task: Task, grid: tuple[str, float | None, int]) -> Path:
    """A model that answers with its input, and its contract beside it."""
    dtype, scale, zero = grid
    model = folder / "model.tflite"
    model.write_bytes(echo(dtype, SHAPE, scale, zero))
    size = int(np.prod(SHAPE))
    meaning = Values(tuple(f"v{number}" for number in range(size)))
    told = Contract(task, (meaning,)).describe()
    (folder / "contract.json").write_text(json.dumps(told))
    return model


def awkward(scale: float, scaling: Scaling) -> npt.NDArray[np.float32]:
    """Every class of float32 [n, *SHAPE]: steps, halves, neighbours of halves, ends, no numbers."""
    rng = np.random.default_rng(3)
    steps = np.concatenate([np.arange(-300, 301) / 2, rng.normal(0, 60, 1600)])
    real = (steps * scale).astype(np.float32)
    near = [np.nextafter(real[:601], np.float32(way)) for way in (-np.inf, np.inf)]
    info = np.finfo(np.float32)
    ends = [0.0, -0.0, np.inf, -np.inf, np.nan, info.max, info.min, info.tiny, 1e-45, -1e-45]
    ends += [32767.5 * scale, -32768.5 * scale, 65536 * scale, -65537 * scale, 1e30, 2.0**31]
    every = np.concatenate([real, *near, np.float32(ends)])
    with np.errstate(all="ignore"):
        stored = every * np.float32(scaling.deviation[0]) + np.float32(scaling.mean[0])
    every = np.concatenate([every, stored.astype(np.float32)])
    bits = rng.integers(0, 1 << 32, 1000, dtype=np.uint64).astype(np.uint32).view(np.float32)
    return np.resize(np.concatenate([every, bits]), (36, *SHAPE[1:])).astype(np.float32)


def wanted(
    examples: npt.NDArray[np.generic], scaling: Scaling, grid: tuple[str, float | None, int]
) -> bytes:
    """What a network is to get, by NumPy alone, step by step in float32."""
    dtype, scale, zero = grid
    with np.errstate(all="ignore"):
        moved = examples.astype(np.float32) - np.float32(scaling.mean)
        real = (moved / np.float32(scaling.deviation)).astype(np.float32)
        if scale is None:
            return real.tobytes()
        kind = np.dtype(dtype.lower())
        steps = np.rint(real / np.float32(scale)) + np.float32(zero)
        steps[np.isnan(real / np.float32(scale))] = zero
        limits = np.iinfo(kind)
        return np.clip(steps, limits.min, limits.max).astype(kind).tobytes()


@pytest.mark.parametrize("grid", GRIDS, ids=[grid[0] for grid in GRIDS])
@pytest.mark.parametrize("scaling", SCALINGS, ids=str)
def test_c_quantizes_as_numpy(
    scaling: Scaling, grid: tuple[str, float | None, int], tmp_path: Path
) -> None:
    """Pixels and numbers, one scaling or one for each channel, NaN and infinities among them."""
    photo = Photo.of(SHAPE[1:], scaling, {})
    numbers = Arrays.of(SHAPE[1:], scaling, {})
    pixels = np.resize(np.arange(256, dtype=np.uint8), (5, *SHAPE[1:]))
    pixels[3:] = np.roll(pixels[3:], 1, axis=-1)
    for task, examples in ((photo, pixels), (numbers, awkward(grid[1] or 0.1, scaling))):
        folder = tmp_path / task.kind
        folder.mkdir()
        model = exported(folder, task, grid)
        program = build_host(folder, str(model))
        asked = [Frame(Type.INFER, number, one.tobytes()) for number, one in enumerate(examples, 1)]
        replies = Decoder().feed(converse(program, b"".join(one.encode() for one in asked)))
        for one, reply in zip(examples, replies, strict=True):
            assert reply.type == Type.INFER | REPLY
            assert not _differing(reply.payload[8:], wanted(one, scaling, grid), grid)
        comes = deployment.load(str(model), Options()).comes
        assert comes is not None
        with np.errstate(all="ignore"):
            python = comes.given(examples).tobytes()
        assert not _differing(python, wanted(examples, scaling, grid), grid)


def _differing(left: bytes, right: bytes, grid: tuple[str, float | None, int]) -> int:
    """Elements that differ; one float that is no number is as good as another."""
    kind = np.dtype(grid[0].lower())
    a, b = np.frombuffer(left, kind), np.frombuffer(right, kind)
    assert a.size == b.size
    if kind.kind == "f":
        same = (a.view(np.uint32) == b.view(np.uint32)) | (np.isnan(a) & np.isnan(b))
        return int((~same).sum())
    return int((a != b).sum())


@pytest.mark.parametrize("board", ["microbit", "netduinoplus2", "mps3-an547"])
def test_cores_quantize_as_numpy(board: str, tmp_path: Path) -> None:
    """Floats in software, in a floating-point unit, and beside vectors."""
    scaling, grid = SCALINGS[3], GRIDS[0]
    model = exported(tmp_path, Arrays.of(SHAPE[1:], scaling, {}), grid)
    wanted_board = boards.find(board)
    image = build.build(wanted_board, build.choose(wanted_board, str(model)), tmp_path / "out")
    with booted(image) as device:
        assert device.hello().stored == np.float32
        for one in awkward(grid[1] or 0.1, scaling)[:24]:
            (found,) = device.infer(one).outputs
            assert found.tobytes() == wanted(one, scaling, grid)


def test_examples_of_another_kind_are_refused(tmp_path: Path) -> None:
    """A regression without targets has nothing to be judged by."""
    model = exported(tmp_path, Arrays.of(SHAPE[1:], Scaling(), {}), GRIDS[0])
    deployed = deployment.load(str(model), Options())
    inputs = np.zeros((2, *SHAPE[1:]), np.float32)
    with pytest.raises(DataError, match="values for each example"):
        of_examples(deployed, Examples(inputs, np.zeros(2, np.int64), (), "noise"))


def test_pixels_that_move_by_one_number_need_no_table(tmp_path: Path) -> None:
    """What only shifts is a sum in the C, whose bytes test_c_quantizes_as_numpy proves."""
    photo = Photo.of(SHAPE[1:], Scaling((0.0,), (255.0,)), {})
    model = exported(tmp_path, photo, ("INT8", float(np.float32(1 / 255)), -128))
    header = deployment.load(str(model), Options()).files()["deployment.h"].decode()
    assert "value + (-128)" in header
    assert "deployment_values" not in header
