"""Pictures to prove a port of the preprocessing with, as PNG, made of test examples.

Of other sizes and proportions, with alpha, palettes and EXIF entries: where a rule decides, one of
them shows it. They are PNG because every decoder gives the same pixels of it.
"""

import io
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image

from convert.bundle.kinds.tensor import spread
from runtime import image
from runtime.dataset import Array, Examples, Pixels
from runtime.tasks.photo import Photo

_ORIENTATION = 0x0112  # an EXIF entry
_RIGHT_TOP, _LEFT_BOTTOM, _LEFT_TOP = 6, 8, 5  # where rows run from, and columns
_MOST = 1200  # pixels of a side


def draw(task: Photo, test: Examples) -> dict[str, bytes]:
    """PNG files by name; they show examples of each class in turn."""
    chosen = spread(test, len(_DRESSES))
    shown = {}
    for turn, (name, dress) in enumerate(_DRESSES.items()):
        example = test.inputs[chosen[turn % len(chosen)]]
        shown[f"{name}.png"] = _png(dress(_coloured(task, example)))
    return shown


def _coloured(task: Photo, example: Array) -> Image.Image:
    """An example as an RGB picture; grey becomes shades of blue-green paper under brown light."""
    pixels = np.asarray(example, np.uint8).reshape(task.shape)
    if task.shape[2] == 3:
        return Image.fromarray(pixels)
    share = pixels.astype(np.float64) / 255
    mixed = np.array([40, 70, 95]) * (1 - share) + np.array([255, 240, 205]) * share
    return Image.fromarray(np.rint(mixed).astype(np.uint8))


def _png(picture: Image.Image) -> bytes:
    sink = io.BytesIO()
    picture.save(sink, "PNG", exif=picture.getexif())
    return sink.getvalue()


def _sized(picture: Image.Image, wide: float, high: float) -> Image.Image:
    """``wide`` and ``high`` times its size, within what a picture may be."""
    width, height = (
        min(max(round(side * times), image.SMALLEST), max(_MOST, side))
        for side, times in zip(picture.size, (wide, high), strict=True)
    )
    return picture.resize((width, height), Image.Resampling.BICUBIC)


def _same(picture: Image.Image) -> Image.Image:
    return picture


def _grey(picture: Image.Image) -> Image.Image:
    return picture.convert("L")


def _wide(picture: Image.Image) -> Image.Image:
    return _sized(picture, 2.37, 1.23)


def _tall(picture: Image.Image) -> Image.Image:
    return _sized(picture, 0.71, 1.9)


def _small(picture: Image.Image) -> Image.Image:
    return _sized(picture, 0.45, 0.4)


def _large(picture: Image.Image) -> Image.Image:
    """Blocks, halved at least once, with odd rows and columns left over; PNG packs it well."""
    factor = max(5, -(-96 // min(picture.size)))
    width, height = picture.size
    blocks = picture.resize((width * factor, height * factor), Image.Resampling.NEAREST)
    cut = min(picture.size) // 3 | 1
    return blocks.crop((cut, 2, width * factor, height * factor - cut + 1))


def _strip(picture: Image.Image) -> Image.Image:
    """As narrow as a picture may be."""
    high = picture.height
    return picture.crop((0, 0, image.SMALLEST, high)).resize((image.SMALLEST, high * 3))


def _faded(picture: Image.Image) -> Image.Image:
    """Less and less opaque to the right, and gone at the end."""
    found = _sized(picture, 1.52, 1.31).convert("RGBA")
    pixels = np.array(found)
    pixels[..., 3] = np.linspace(255, 0, pixels.shape[1]).round()
    return Image.fromarray(pixels)


def _cut_out(picture: Image.Image) -> Image.Image:
    """A disc on nothing, whose hidden colours are not white."""
    pixels: Pixels = np.array(picture.convert("RGBA"))
    rows, columns = np.mgrid[-1 : 1 : pixels.shape[0] * 1j, -1 : 1 : pixels.shape[1] * 1j]
    pixels[..., 3] = np.where(rows**2 + columns**2 < 0.8, 255, 0)
    return Image.fromarray(pixels)


def _palette(picture: Image.Image) -> Image.Image:
    return _sized(picture, 1.4, 1.4).quantize(24)


def _turned(picture: Image.Image) -> Image.Image:
    """On its side, with the EXIF entry that turns it upright."""
    return _oriented(_sized(picture, 1.8, 1.1), _RIGHT_TOP)


def _turned_back(picture: Image.Image) -> Image.Image:
    return _oriented(_sized(picture, 1.1, 1.6), _LEFT_BOTTOM)


def _mirrored(picture: Image.Image) -> Image.Image:
    return _oriented(_sized(picture, 1.2, 0.8), _LEFT_TOP)


def _oriented(picture: Image.Image, orientation: int) -> Image.Image:
    picture.getexif()[_ORIENTATION] = orientation
    return picture


_DRESSES: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "same": _same,
    "grey": _grey,
    "wide": _wide,
    "tall": _tall,
    "small": _small,
    "large": _large,
    "strip": _strip,
    "faded": _faded,
    "cut-out": _cut_out,
    "palette": _palette,
    "turned": _turned,
    "turned-back": _turned_back,
    "mirrored": _mirrored,
}
