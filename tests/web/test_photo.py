"""runtime/web's preprocessing for pictures, run in node: the same bytes as runtime.tasks.photo."""

import json
import os
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import skimage
from PIL import Image

from runtime import image
from runtime.tasks.photo import FITS, Photo
from runtime.tasks.scaling import NAMED, Scaling

Pixels = npt.NDArray[np.uint8]

SHIPPED = Path(skimage.__file__).parent / "data"
"""Photographs that scikit-image brings along."""
PHOTOS = (
    "astronaut.png",
    "chelsea.png",
    "coffee.png",
    "rocket.jpg",
    "camera.png",
    "coins.png",
    "retina.jpg",
)
OWN = "THIMBLE_PHOTOS"
"""Environment variable that names a folder of more photographs, at any depth."""
SCALINGS = (
    *NAMED.values(),
    Scaling((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
    Scaling((0.1,), (0.3,)),
)
STEPS = ((1 / 255, -128), (2 / 255, -1), (0.0186584, -14), (0.3, 3))
"""Scales and zero points of int8 inputs."""


def photographs() -> list[Path]:
    """Those of scikit-image, and a few dozen of the folder that is named."""
    found = [SHIPPED / name for name in PHOTOS]
    if folder := os.environ.get(OWN):
        own = sorted(path for path in Path(folder).rglob("*") if path.suffix in (".jpg", ".png"))
        found += own[:: max(1, len(own) // 40)]
    return found


def task(rng: np.random.Generator, fit: str) -> Photo:
    """Any size, one channel or three, any scaling that fits."""
    shape = (*rng.integers(4, 130, 2).tolist(), int(rng.choice([1, 3])))
    usual = [one for one in SCALINGS if len(one.mean) in (1, shape[2])]
    return Photo(shape, usual[rng.integers(len(usual))], fit)


def dressed(picture: Image.Image, rng: np.random.Generator) -> Pixels:
    """A part of a photograph, at any size, sometimes with an alpha channel."""
    width, height = picture.size
    sides = [max(1, int(side * rng.uniform(0.02, 1) ** 2)) for side in (width, height)]
    left, top = (
        int(rng.integers(0, n - m + 1)) for n, m in zip((width, height), sides, strict=True)
    )
    part = np.array(picture.crop((left, top, left + sides[0], top + sides[1])).convert("RGBA"))
    if rng.random() < 0.5:
        part[..., 3] = rng.integers(0, 256, part.shape[:2])
    return part


def node(jobs: list[tuple[Pixels, Photo, dict[str, Any]]]) -> bytes:
    """What the page's own modules make of each picture, uint8 [h, w, 4]."""
    sent = b""
    for rgba, chosen, tensor in jobs:
        height, width = rgba.shape[:2]
        told = {"width": width, "height": height, "task": chosen.describe(), "tensor": tensor}
        head = json.dumps(told).encode()
        sent += struct.pack("<I", len(head)) + head + rgba.tobytes()
    script = Path(__file__).with_name("photo.mjs")
    done = subprocess.run(["node", script], input=sent, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def python(rgba: Pixels, chosen: Photo, tensor: dict[str, Any]) -> bytes:
    """The same by the runtime: pixels, real values, codes."""
    pixels = chosen.picture(Image.fromarray(rgba))
    real = chosen.real(pixels)
    codes = image.quantize(real, tensor["scale"], tensor["zero_point"], tensor["type"])
    return pixels.tobytes() + real.astype("<f4").tobytes() + codes.tobytes()


@pytest.mark.parametrize("fit", FITS)
def test_photographs_become_the_same_bytes(fit: str) -> None:
    """Parts of real photographs, with and without alpha, at random sizes: 0 bytes differ."""
    rng = np.random.default_rng(FITS.index(fit))
    jobs = []
    for path in photographs():
        with Image.open(path) as picture:
            parts = [dressed(picture, rng) for _ in range(6)]
        for part in parts:
            scale, zero_point = STEPS[rng.integers(len(STEPS))]
            tensor = {"scale": scale, "zero_point": zero_point, "type": "int8"}
            jobs.append((part, task(rng, fit), tensor))
    expected = b"".join(python(*job) for job in jobs)
    found = node(jobs)
    assert len(found) == len(expected)
    differing = np.frombuffer(found, np.uint8) != np.frombuffer(expected, np.uint8)
    assert int(differing.sum()) == 0


@pytest.mark.parametrize("fit", FITS)
def test_any_proportions_become_the_same_bytes(fit: str) -> None:
    """Lines of a pixel, very long ones, and noise, which no filter forgives, too."""
    rng = np.random.default_rng(5)
    sides = [(1, 1), (1, 700), (900, 1), (2, 3), (41, 1000), (517, 516), (640, 480), (255, 64)]
    tensor = {"scale": 1 / 255, "zero_point": -128, "type": "int8"}
    jobs = [
        (rng.integers(0, 256, (*side, 4), np.uint8), task(rng, fit), tensor)
        for side in sides
        for _ in range(3)
    ]
    assert node(jobs) == b"".join(python(*job) for job in jobs)


def test_every_value_under_every_scaling() -> None:
    """All 256 pixels in each scaling and each step, those midway between two codes too."""
    ramp = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 4, axis=2)
    ramp[..., 3] = 255
    jobs = [
        (
            ramp,
            Photo((16, 16, 3), one, "stretch"),
            {"scale": scale, "zero_point": zero, "type": kind},
        )
        for one in SCALINGS
        for scale, zero in STEPS
        for kind in ("int8", "uint8", "int16")
    ]
    assert node(jobs) == b"".join(python(*job) for job in jobs)


def test_what_is_no_picture_is_refused() -> None:
    """A canvas without a pixel, or bytes that are not its own."""
    code = (
        "import { photo } from './runtime/web/app/photo.js';"
        "const task = { shape: [8, 8, 3], fit: 'crop' };"
        "for (const [width, length] of [[0, 0], [4, 60]]) {"
        "  try { photo({ data: new Uint8ClampedArray(length), width, height: 4 }, task); }"
        "  catch (error) { console.log(error.name); }"
        "}"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        ["node", "--input-type=module", "-e", code], cwd=root, capture_output=True, check=True
    )
    assert done.stdout.split() == [b"RangeError", b"RangeError"]
