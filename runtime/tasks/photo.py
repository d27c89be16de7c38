"""Pictures as they are: photographs of any size, in colour or grey.

Every step is integer arithmetic or float64 in a fixed order (``runtime.arrays``), so that
``runtime/web/app/photo.js`` makes the same bytes of the same pixels.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from PIL import Image

from runtime import arrays, image
from runtime.dataset import Array, Pixels
from runtime.errors import DataError, ImageError, ModelError
from runtime.tasks.scaling import NAMED, Scaling
from runtime.tasks.task import Task

SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".pgm", ".ppm"}
    | {".pnm", ".tga", ".mpo", ".ico", ".jp2", ".heic", ".avif"}
)
FITS = ("crop", "letterbox", "stretch")
"""How a picture of other proportions fits: its middle, all of it with bars, or out of shape."""
BAR = 0
"""The value of the bars of a letterbox."""
LEAST_SIDE, MOST_SIDE = 4, 1024
_PAPER = 255  # what shines through transparent parts


@dataclass(frozen=True)
class Photo(Task):
    """Pictures scaled to the network's size, [height, width, channels], uint8."""

    fit: str = "crop"  # one of FITS

    kind: ClassVar[str] = "image"
    title: ClassVar[str] = "pictures"
    noun: ClassVar[str] = "picture"
    stored: ClassVar[np.dtype[Any]] = np.dtype(np.uint8)
    suffixes: ClassVar[frozenset[str]] = SUFFIXES

    def read(self, path: Path) -> Array:
        """The picture in a file, decoded, turned upright and brought to the size."""
        return self.picture(image.read(path, least=2 * max(self.shape[:2])))

    def picture(self, picture: Image.Image) -> Array:
        """A decoded picture brought to the size."""
        if min(picture.size) < 1:
            raise ImageError("the picture has no pixel: give another one")
        pixels = self._channels(picture)
        return fitted(pixels, self.shape[0], self.shape[1], self.fit)[None]

    def _channels(self, picture: Image.Image) -> Pixels:
        """``picture`` as uint8 [height, width, channels] of this task."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if picture.mode[0] in "IF":  # 16- and 32-bit integers, floats
                deep = np.rint(255 * image.deep(picture)).astype(np.uint8)
                return np.repeat(deep[..., None], self.shape[2], axis=2)
            pixels = opaque(np.asarray(picture.convert("RGBA")))
        return grey(pixels) if self.shape[2] == 1 else pixels

    def adopt(self, values: Array, where: str) -> Array:
        """Arrays of 8-bit pixels [count, height, width] or [..., channels], of any size."""
        wide = values[..., None] if values.ndim == 3 else values
        if values.dtype != self.stored or wide.ndim != 4 or wide.shape[3] not in (1, 3):
            raise DataError(
                f"{where} has {values.dtype} {list(values.shape)}, pictures are uint8 "
                "[n, height, width] or [n, height, width, 3]: say --task tensor for other arrays"
            )
        if wide.shape[3] != self.shape[2]:
            raise DataError(
                f"{where} has {wide.shape[3]} channels, the network takes {self.shape[2]}: "
                "give pictures of its kind, or another --size"
            )
        if wide.shape[1:] == self.shape:
            return wide
        return np.stack([fitted(one, self.shape[0], self.shape[1], self.fit) for one in wide])

    def details(self) -> dict[str, Any]:
        """How pictures of other proportions are fitted, and by which filter all are scaled."""
        return {"fit": self.fit, "filter": "triangle"}

    @classmethod
    def of(cls, shape: tuple[int, ...], scaling: Scaling, details: Mapping[str, Any]) -> Self:
        """Height, width and 1 or 3 channels are needed."""
        fit = str(details.get("fit", "crop"))
        if not cls.fits(shape):
            raise ModelError(
                f"a picture cannot be {'x'.join(map(str, shape))}: height and width of "
                f"{LEAST_SIDE} to {MOST_SIDE}, and 1 or 3 channels are needed, as in 32x32x3"
            )
        if fit not in FITS or len(scaling.mean) not in (1, shape[2]):
            raise ModelError(
                f"pictures cannot be fitted by {fit!r}, or scaled by {len(scaling.mean)} means: "
                f"one of {', '.join(FITS)}, and one mean or one for each channel are needed"
            )
        return cls(shape, scaling, fit)

    @classmethod
    def fits(cls, shape: tuple[int, ...]) -> bool:
        """Height, width, and one channel or three."""
        sides = [LEAST_SIDE <= side <= MOST_SIDE for side in shape[:2]]
        return len(shape) == 3 and all(sides) and shape[2] in (1, 3)


def default(shape: tuple[int, ...], fit: str = "crop") -> Photo:
    """The task for pictures of ``shape``, pixels 0..1."""
    return Photo.of(shape, NAMED["0..1"], {"fit": fit})


def opaque(rgba: Pixels) -> Pixels:
    """RGBA [height, width, 4] on white, as RGB: (c * alpha + 255 * (255 - alpha) + 127) div 255."""
    alpha = rgba[..., 3:].astype(np.int32)
    mixed = rgba[..., :3] * alpha + _PAPER * (255 - alpha) + 127
    return np.asarray(mixed // 255, np.uint8)


def grey(rgb: Pixels) -> Pixels:
    """ITU-R 601-2 brightness [height, width, 1] of RGB, in integers, as Pillow has it."""
    weights = np.array([19595, 38470, 7471], np.int64)
    return np.asarray((rgb @ weights + 32768) >> 16, np.uint8)[..., None]


def fitted(pixels: Pixels, height: int, width: int, fit: str) -> Pixels:
    """``pixels`` [any, any, channels] at [height, width, channels].

    Halved while they stay more than twice as large, then each output pixel is the mean of what it
    covers by a triangle (``arrays.resample``), rounded half to even.
    """
    if fit == "crop":
        pixels = _middle(pixels, height, width)
    inner = _inner(pixels, height, width) if fit == "letterbox" else (height, width)
    pixels = _halved(pixels, *inner)
    planes = [
        arrays.resample(np.asarray(pixels[..., c], np.float64), *inner)
        for c in range(pixels.shape[2])
    ]
    scaled = np.asarray(np.rint(np.stack(planes, axis=-1)), np.uint8)
    result = np.full((height, width, pixels.shape[2]), BAR, np.uint8)
    top, left = (height - inner[0]) // 2, (width - inner[1]) // 2
    result[top : top + inner[0], left : left + inner[1]] = scaled
    return result


def _middle(pixels: Pixels, height: int, width: int) -> Pixels:
    """The largest middle part of those proportions, whole pixels."""
    rows, columns = pixels.shape[:2]
    high = min(rows, max(1, columns * height // width))
    wide = min(columns, max(1, rows * width // height))
    top, left = (rows - high) // 2, (columns - wide) // 2
    return pixels[top : top + high, left : left + wide]


def _inner(pixels: Pixels, height: int, width: int) -> tuple[int, int]:
    """The largest size of the proportions of ``pixels`` within [height, width]."""
    rows, columns = pixels.shape[:2]
    high = min(height, max(1, (2 * rows * width + columns) // (2 * columns)))
    wide = min(width, max(1, (2 * columns * height + rows) // (2 * rows)))
    return high, wide


def _halved(pixels: Pixels, height: int, width: int) -> Pixels:
    """Means of 2x2 while both sides stay twice the goal or more: (sum + 2) div 4.

    An odd last row or column is left out.
    """
    while pixels.shape[0] >= 4 * height and pixels.shape[1] >= 4 * width:
        even = pixels[: pixels.shape[0] // 2 * 2, : pixels.shape[1] // 2 * 2].astype(np.uint16)
        total = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
        pixels = np.asarray((total + 2) >> 2, np.uint8)
    return pixels
