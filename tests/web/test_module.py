"""A network's WebAssembly module by itself, in Node.js, beside LiteRT: any network, any border."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from convert import cutting, tflite, wasm
from convert.compiler.arithmetic.match import Match
from convert.wasm import blocks
from runtime import worker
from runtime.interpreter import load
from tests.compiler.builder import Builder
from tests.firmware.networks import running
from tests.package import given
from tests.package.packaged import NANO

RUNS = 40
FUSED = {"dilationHFactor": 1, "dilationWFactor": 1, "fusedActivationFunction": 1}  # a ReLU
HERE = Path(__file__).parent


def inputs(path: Path) -> list[np.ndarray]:
    """Random elements for each input, [RUNS, *shape]."""
    rng = np.random.default_rng(5)
    found = []
    for one in load(path, "litert").inputs:
        shape = (RUNS, *one.shape)
        if one.dtype.kind == "f":
            found.append(rng.normal(0, 2, shape).astype(one.dtype))
        else:
            limits = np.iinfo(one.dtype)
            found.append(rng.integers(limits.min, limits.max + 1, shape).astype(one.dtype))
    return found


def run(
    folder: Path, module: wasm.Module, arrays: list[np.ndarray], *, resets: bool = False
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Outputs of every run, and the maps of the last."""
    about = module.about()
    told = {"runs": len(arrays[0]), "about": about, "resets": resets}
    (folder / "given.json").write_text(json.dumps(told))
    (folder / "m.wasm").write_bytes(module.content)
    rows = zip(*arrays, strict=True)
    (folder / "inputs").write_bytes(b"".join(one.tobytes() for row in rows for one in row))
    done = subprocess.run(
        ["node", HERE / "module.mjs", folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    kind = np.dtype([(str(n), o["dtype"], o["shape"]) for n, o in enumerate(about["outputs"])])
    found = np.fromfile(folder / "outputs", kind)
    maps = np.fromfile(
        folder / "maps",
        np.dtype([(str(n), o["dtype"], o["shape"]) for n, o in enumerate(about["maps"])]),
    )
    shown = [maps[name][0] for name in maps.dtype.names or ()]
    return [found[name] for name in kind.names or ()], shown


@pytest.mark.parametrize("simd", [True, False], ids=["simd", "plain"])
@pytest.mark.parametrize("name", given.ODD)
def test_the_bytes_of_litert(name: str, simd: bool, tmp_path: Path) -> None:
    """0 bytes differ: several inputs and outputs, uint8, int16, float32, a state that is kept."""
    path = tmp_path / "net.tflite"
    path.write_bytes(given.ODD[name])
    arrays = inputs(path)
    expected = worker.run(path, arrays, "litert", "default")
    found, _ = run(tmp_path, wasm.build(tflite.read(path), simd=simd), arrays)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_reset_begins_a_sequence(tmp_path: Path) -> None:
    """With a reset in front of each run, each answers as the first of a sequence."""
    path = tmp_path / "net.tflite"
    path.write_bytes(running())
    arrays = inputs(path)
    module = wasm.build(tflite.read(path), simd=True)
    assert module.about()["state"]
    (found,), _ = run(tmp_path, module, arrays, resets=True)
    (fresh,) = worker.run(path, arrays, "litert", "default", fresh=True)
    (kept,) = worker.run(path, arrays, "litert", "default")
    np.testing.assert_array_equal(found, fresh)
    assert not np.array_equal(fresh, kept)


@pytest.mark.parametrize("match", [Match.XNNPACK, Match.REF])
def test_match(match: Match, tmp_path: Path) -> None:
    """The bytes are those of the runtime that was asked for, where the two differ."""
    kernels = {Match.XNNPACK: "default", Match.REF: "reference"}
    images = given.images(400)
    arrays = [(images.astype(np.int16) - 128).astype(np.int8)[:, None, :, :, None]]
    module = wasm.build(tflite.read(NANO), simd=True, match=match)
    (found,), _ = run(tmp_path, module, arrays)
    answers = {one: worker.run(NANO, arrays, "litert", kernels[one])[0] for one in kernels}
    np.testing.assert_array_equal(found, answers[match])
    assert (answers[Match.XNNPACK] != answers[Match.REF]).any()
    assert module.about()["match"] == match


class Layers:
    """A network of convolutions on [1, 8, 8, 3], and what else stands between them."""

    def __init__(self, shape: tuple[int, ...] = (1, 8, 8, 3)) -> None:
        self.rng, self.b = np.random.default_rng(3), Builder()
        self.given = self.b.tensor(shape, 0.05, -1)

    def _weights(
        self, x: int, size: tuple[int, ...], channels: int, axis: int = 0
    ) -> tuple[int, int, float]:
        """Weights, bias, and a scale that the output may have, so that no channel is constant."""
        scale, _ = self.b.quantization(x)
        drawn = self.rng.integers(-127, 128, size).astype(np.int8)
        weights = self.b.tensor(size, [0.01] * channels, 0, drawn, axis)
        bias = self.b.tensor(
            (channels,), [0.01 * scale] * channels, 0, np.zeros(channels, np.int32)
        )
        return weights, bias, 0.3 * scale * float(np.sqrt(drawn.size / channels))

    def conv(self, x: int, channels: int, taps: int = 3, stride: int = 1) -> int:
        shape = self.b.shape(x)
        size = (channels, taps, taps, shape[3])
        weights, bias, scale = self._weights(x, size, channels)
        y = self.b.tensor((1, shape[1] // stride, shape[2] // stride, channels), scale, -128)
        steps = {"strideH": stride, "strideW": stride}
        self.b.add("CONV_2D", [x, weights, bias], y, **steps, **FUSED)
        return y

    def depthwise(self, x: int) -> int:
        shape = self.b.shape(x)
        weights, bias, scale = self._weights(x, (1, 3, 3, shape[3]), shape[3], 3)
        y = self.b.tensor(shape, scale, -128)
        steps = {"strideH": 1, "strideW": 1, "depthMultiplier": 1}
        self.b.add("DEPTHWISE_CONV_2D", [x, weights, bias], y, **steps, **FUSED)
        return y

    def add(self, x: int, y: int) -> int:
        z = self.b.tensor(self.b.shape(x), 0.07, -5)
        self.b.add("ADD", [x, y], z, fusedActivationFunction=0)
        return z

    def mean(self, x: int) -> int:
        y = self.b.tensor((1, self.b.shape(x)[3]), 0.05, -4)
        self.b.add("MEAN", [x, self.b.ints(1, 2)], y, keepDims=False)
        return y

    def dense(self, x: int, count: int) -> int:
        size = (count, self.b.shape(x)[1])
        weights, bias, scale = self._weights(x, size, count)
        y = self.b.tensor((1, count), scale, 3)
        self.b.add("FULLY_CONNECTED", [x, weights, bias], y, fusedActivationFunction=0)
        return y


def residual() -> bytes:
    """Convolution; two of them beside one, added; two beside nothing, added; mean, dense."""
    n = Layers()
    x = n.conv(n.given, 4)
    x = n.add(n.conv(x, 6, 1, 2), n.conv(n.conv(x, 6, 3, 2), 6))
    x = n.add(x, n.conv(n.conv(x, 6), 6))
    return n.b.pack([n.given], n.dense(n.mean(x), 5))


def separable() -> bytes:
    """A convolution and two separable ones."""
    n = Layers()
    x = n.conv(n.given, 12)
    for channels in (10, 8):
        x = n.conv(n.depthwise(x), channels, 1)
    return n.b.pack([n.given], n.dense(n.mean(x), 5))


def dense() -> bytes:
    """No maps: three dense layers."""
    n = Layers((1, 7))
    return n.b.pack([n.given], n.dense(n.dense(n.dense(n.given, 6), 3), 7))


BLOCKS: dict[str, tuple[bytes, list[list[int]]]] = {
    "nano": (NANO.read_bytes(), [[12, 12, 4], [4, 4, 12]]),
    "residual": (residual(), [[8, 8, 4], [4, 4, 6], [4, 4, 6]]),
    "separable": (separable(), [[8, 8, 12], [8, 8, 10], [8, 8, 8]]),
    "dense": (dense(), [[1, 1, 6], [1, 1, 3], [1, 1, 7]]),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_maps_stand_behind_the_blocks(name: str, tmp_path: Path) -> None:
    """Every map is what LiteRT has behind that operator: poolings, sums, pointwise, vectors."""
    path = tmp_path / "net.tflite"
    path.write_bytes(BLOCKS[name][0])
    arrays, model = inputs(path), tflite.read(path)
    module = wasm.build(model, simd=True)
    _, maps = run(tmp_path, module, arrays)
    assert [list(one.shape) for one in maps] == BLOCKS[name][1]
    makers = {n: i for i, one in enumerate(model.operators) for n in one.outputs}
    for shown, about in zip(maps, module.maps, strict=True):
        part = tmp_path / "part.tflite"
        part.write_bytes(cutting.cut(model, makers[about.tensor.number]))
        (expected,) = worker.run(part, [one[-1:] for one in arrays], "litert", "default")
        np.testing.assert_array_equal(shown.ravel(), expected.ravel())


def test_maps_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more than may be kept the largest are left out."""
    monkeypatch.setattr(blocks, "MOST", 300)
    module = wasm.build(tflite.parse(NANO.read_bytes()), simd=False)
    assert [one.shape for one in module.maps] == [(4, 4, 12)]
