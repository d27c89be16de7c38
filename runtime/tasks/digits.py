"""Handwritten characters, one in a picture, brought to the form that MNIST has."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from PIL import Image

from runtime import image, ink, layout
from runtime.dataset import Array
from runtime.errors import DataError, ImageError, ModelError
from runtime.tasks.photo import SUFFIXES
from runtime.tasks.scaling import NAMED, Scaling
from runtime.tasks.task import Sight, Task

SHAPE = (ink.SIDE, ink.SIDE, 1)
"""What the networks take: height, width, channels."""
SCALING = NAMED["0..1"]
WIDE = "it is wide: it may be two digits that touch"
FULL = f"more than {layout.MOST} digits are not read: there may be others"
SHADES = " .:-=+*#%@"


@dataclass(frozen=True)
class Digits(Task):
    """Pictures of one character; as they are kept, 0 is paper and 255 is ink."""

    kind: ClassVar[str] = "digits"
    title: ClassVar[str] = "handwritten characters"
    noun: ClassVar[str] = "picture"
    said: ClassVar[str] = "digit"
    nothing: ClassVar[str] = "no digit"
    sure: ClassVar[float] = 0.9
    stored: ClassVar[np.dtype[Any]] = np.dtype(np.uint8)
    suffixes: ClassVar[frozenset[str]] = SUFFIXES

    @property
    def stored_shape(self) -> tuple[int, ...]:
        """Without the channel, as MNIST's files have it."""
        return self.shape[:2]

    def read(self, path: Path) -> Array:
        """The character in a picture, whatever its place, size, pen and paper."""
        with _naming(path):
            return self.picture(image.read(path))

    def sights(self, path: Path) -> list[Sight]:
        """Each character in a picture, row by row and from left to right."""
        with _naming(path):
            found = image.digits(image.read(path))
        sights = [Sight(one.pixels, one.box, _doubts(one)) for one in found]
        if len(found) == layout.MOST:
            sights[-1] = replace(sights[-1], doubts=(*sights[-1].doubts, FULL))
        return sights

    def picture(self, picture: Image.Image) -> Array:
        """The character in a decoded picture."""
        return image.normalize(picture)[None]

    def adopt(self, values: Array, where: str) -> Array:
        """Arrays must be what MNIST's are."""
        flat = values.reshape(values.shape[:3]) if values.shape[3:] == (1,) else values
        if flat.dtype != self.stored or flat.shape[1:] != self.stored_shape:
            raise DataError(
                f"{where} has {values.dtype} {list(values.shape)}, digits are uint8 [n, 28, 28]: "
                "say --task image or --task tensor"
            )
        return flat

    def shown(self, example: Array) -> str:
        """The picture in characters, two to a pixel so that it looks square."""
        rows = [[SHADES[int(value) * len(SHADES) // 256] * 2 for value in row] for row in example]
        return "\n".join(map("".join, rows))

    def details(self) -> dict[str, Any]:
        """All is fixed."""
        return {}

    @classmethod
    def of(cls, shape: tuple[int, ...], scaling: Scaling, _details: Mapping[str, Any]) -> Self:
        """Only the shape must be right; the scaling may be the network's own."""
        if shape != SHAPE:
            raise ModelError(f"digits are {list(SHAPE)}, not {list(shape)}")
        return cls(shape, scaling)

    @classmethod
    def fits(cls, shape: tuple[int, ...]) -> bool:
        """That of MNIST."""
        return shape == SHAPE


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """What is raised about a picture names its file."""
    try:
        yield
    except ImageError as error:
        where = str(path)
        raise error if where in str(error) else ImageError(f"{where}: {error}") from error


def _doubts(digit: image.Digit) -> tuple[str, ...]:
    return (WIDE,) if digit.is_wide else ()


TASK = Digits(SHAPE, SCALING)
"""The task of the networks that come with this package."""
