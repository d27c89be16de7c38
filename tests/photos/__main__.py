"""Measure how well photos are read: python -m tests.photos --help.

For example:
  python -m tests.photos --count 300
  python -m tests.photos --kind table --kind frame --settings tune --keep /tmp/photos
"""

import argparse
import io
import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from runtime import classifier, console, image, mnist
from runtime.dataset import Examples, named
from runtime.errors import DataError, ImageError
from tests.photos import kinds, scene

SETTINGS = {"tune": scene.TUNE, "held-out": scene.HELD_OUT}
SEEDS = {"tune": 0, "held-out": 1_000_000}


@dataclass(frozen=True)
class Reading:
    """What was read in a photo."""

    text: str  # "" where nothing was
    sure: float  # the lowest probability of its digits
    expected: str

    @property
    def is_right(self) -> bool:
        """Every digit, in order, and no other."""
        return self.text == self.expected


def digits(settings: str) -> Examples:
    """Half of MNIST's test images, another half for each of the settings."""
    folder = named(None) or mnist.cached()
    if folder is None:
        raise DataError("MNIST is needed: set THIMBLE_DATA")
    found = mnist.read_mnist(folder, "test")
    half = len(found) // 2
    return found.take(slice(0, half) if settings == "tune" else slice(half, None))


def photo(kind: str, settings: str, number: int, source: Examples) -> kinds.Photo:
    """One of the photos that all who measure read."""
    seed = [zlib.crc32(kind.encode()), SEEDS[settings] + number]
    return kinds.make(kind, SETTINGS[settings], np.random.default_rng(seed), source)


def read(content: bytes, expected: str, model: classifier.Classifier) -> Reading:
    """What ``model`` says of a JPEG, decoded as ``image.read`` does; what is none is left out."""
    picture = Image.open(io.BytesIO(content))
    picture.draft(None, (512, 512))
    try:
        answers = [model.predict(one.pixels) for one in image.digits(picture)]
    except ImageError:
        return Reading("", 1.0, expected)
    kept = [answer for answer in answers if not answer.is_none]
    text = "".join(answer.label for answer in kept)
    return Reading(text, min((answer.probability for answer in kept), default=1.0), expected)


def measured(options: argparse.Namespace, kind: str, part: range) -> list[Reading]:
    """The readings of some photos of a kind."""
    model, source = classifier.Classifier(options.model), digits(options.settings)
    readings = []
    for number in part:
        made = photo(kind, options.settings, number, source)
        readings.append(read(made.content, made.text, model))
        if options.keep:
            name = f"{kind.replace(' ', '-')}-{number:04}-{made.text or 'none'}.jpg"
            (options.keep / name).write_bytes(made.content)
    return readings


def row(kind: str, readings: Sequence[Reading]) -> list[str]:
    """A kind's figures."""
    wrong = [one for one in readings if not one.is_right]
    refused = sum(not one.text for one in wrong)
    sure = sum(one.sure >= 0.9 and bool(one.text) for one in wrong)
    share = 100 * (1 - len(wrong) / len(readings))
    return [kind, str(len(readings)), f"{share:.1f}", str(refused), str(sure)]


def main(argv: Sequence[str] | None = None) -> int:
    """Print a table: of each kind the share that is read right."""
    parser = console.Parser(prog="python -m tests.photos", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--count", type=int, default=300, help="photos of each kind (default: 300)")
    parser.add_argument("--kind", action="append", choices=kinds.KINDS, help="default: all")
    parser.add_argument("--settings", choices=SETTINGS, default="held-out")
    parser.add_argument("--model", default="base", help="a .tflite or a bundled model's name")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--keep", type=Path, help="a folder for the photos")
    options = console.parse(parser, argv)
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    parts = [range(start, min(start + 25, options.count)) for start in range(0, options.count, 25)]
    rows = []
    with ProcessPoolExecutor(options.jobs) as pool:
        for kind in options.kind or kinds.KINDS:
            found = pool.map(partial(measured, options, kind), parts)
            rows.append(row(kind, [one for part in found for one in part]))
    header = ("photos", "of each", "right, %", "of the wrong ones refused", "read, 90 % sure")
    console.finish(
        console.table(header, rows), [dict(zip(header, one, strict=True)) for one in rows]
    )
    return 0


if __name__ == "__main__":
    console.run(main)
