"""From a picture to the network's input: the one preprocessing of training, export and runtime.

``read`` opens a file, ``normalize`` makes it a 28x28 digit as MNIST has them, ``digits`` does so
with each of several, ``to_float`` and ``quantize`` make that what a model takes. What a picture is,
Pillow says; the steps from there on are in ``runtime.ink`` and ``runtime.layout``, in arithmetic
that other targets can repeat. ``runtime/web/app/grey.js`` makes the same of RGBA pixels as
``to_grey``, Pillow's part included, and ``read.js`` the same of them as ``digits``.
"""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from runtime import arrays, ink, layout
from runtime.errors import ImageError
from runtime.layout import Found

SMALLEST = 4
"""Pictures with a side below this many pixels cannot show a digit."""

LARGEST = 64_000_000
"""Pictures of more pixels are refused before they are decoded: at 3 bytes each, 192 MB."""

WORKING = 256
"""A picture is first shrunk so that its longest side is at most this many pixels."""

SMALL = 64
"""Digits whose longer side is then below this many pixels are looked at once more, enlarged."""

MARGIN = 1.0
"""What is shown around them; a share of the largest one's longer side."""

CLEAR = 48
"""So many pixels the largest one's longer side shall then have, or what CLOSEST allows."""

CLOSEST = 512
"""The longest side of what is looked at then, at most."""

_DRAFT = 512  # a JPEG is decoded at 1/2, 1/4 or 1/8 of its size while both sides keep this many

Pixels = npt.NDArray[np.uint8]


def read(path: str | Path, least: int = _DRAFT) -> Image.Image:
    """The picture in a file, decoded and turned upright, in the file's own mode.

    A large JPEG is decoded at a fraction of its size, as long as both sides keep ``least`` pixels,
    and 512. Raises ImageError: no such file, not a
    picture, damaged, an animation or several pages, below 4 pixels or above 64 megapixels.
    """
    path = Path(path)
    if not path.is_file():
        kind = "is not a file" if path.exists() else "does not exist"
        raise ImageError(f"{path} {kind}: give the path of a picture")
    with warnings.catch_warnings():
        # Pillow warns of bombs, odd EXIF and odd palettes; what matters of that is checked here.
        warnings.simplefilter("ignore")
        try:
            with path.open("rb") as stream, Image.open(stream) as picture:
                _check(picture, path)
                draft = max(least, _DRAFT)
                picture.draft(None, (draft, draft))  # None: keep the mode
                picture.load()
                return _upright(picture)
        except ImageError:
            raise
        except Image.DecompressionBombError as error:
            raise ImageError(_too_large(path)) from error
        except UnidentifiedImageError as error:
            problem = "is not a picture" if path.stat().st_size else "is an empty file"
            raise ImageError(f"{path} {problem}: give a PNG, JPEG or the like") from error
        except PermissionError as error:
            raise ImageError(f"{path} may not be read: change its permissions") from error
        except Exception as error:  # decoders raise nearly every type on damaged files
            raise ImageError(f"{path} is damaged ({error}): save or copy it again") from error


def _check(picture: Image.Image, path: Path) -> None:
    """Raise ImageError for what the header alone shows to be unfit."""
    width, height = picture.size
    if width * height > LARGEST:
        raise ImageError(_too_large(path))
    if min(width, height) < SMALLEST:
        raise ImageError(f"{path} is {width}x{height} pixels: give at least {SMALLEST}x{SMALLEST}")
    frames = getattr(picture, "n_frames", 1)
    if frames > 1 and picture.format != "MPO":  # phones put previews beside the photo in an MPO
        raise ImageError(f"{path} has {frames} frames or pages: save the one to read by itself")


def _too_large(path: Path) -> str:
    return f"{path} has more than {LARGEST // 1_000_000} megapixels: scale it down"


def _upright(picture: Image.Image) -> Image.Image:
    """``picture`` as its EXIF orientation says; as it is when its EXIF data are damaged."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # any type, from parsing; the pixels are fine
        return picture.copy()


@dataclass(frozen=True)
class Digit:
    """A digit in a picture."""

    pixels: Pixels  # uint8 [28, 28], 0 is paper and 255 is ink
    box: tuple[int, int, int, int]  # left, top, right, bottom; the last two exclusive
    is_wide: bool  # it may be two that touch


def normalize(picture: Image.Image) -> Pixels:
    """The one digit of ``picture`` as MNIST would have it: uint8 [28, 28], 0 is paper.

    Raises ImageError when there is nothing to read in it.
    """
    (digit,) = _read(picture, lambda view: [layout.boxed(ink.trace(view))])
    return digit.pixels


def digits(picture: Image.Image) -> list[Digit]:
    """Every digit of ``picture``, row by row and from left to right.

    Raises ImageError when there is nothing to read in it.
    """
    return _read(picture, layout.digits)


Finder = Callable[[ink.View], list[Found]]


def _read(picture: Image.Image, find: Finder) -> list[Digit]:
    """What ``find`` finds in a picture, looked at once more where it is small."""
    if min(picture.size) < SMALLEST:
        raise ImageError(f"a picture of {picture.size} pixels has nothing to read in it")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        part = (0, 0, *picture.size)
        read = _look(picture, part, WORKING, find)
        if read and (closer := _closer(picture, read)):
            part, working = closer
            read = _look(picture.crop(part), part, working, find) or read
    if not read:
        raise ImageError("the picture is blank, there is nothing to read: give one with a digit")
    return read


def _look(
    picture: Image.Image, part: tuple[int, int, int, int], working: int, find: Finder
) -> list[Digit]:
    """What ``find`` finds in ``picture``, which is the ``part`` of a larger one."""
    view = ink.look(to_grey(picture, working))
    if view is None:
        return []
    step = _factor(picture, working)
    result = []
    for one in find(view):
        left, top = part[0] + step * (view.left + one.left), part[1] + step * (view.top + one.top)
        right = min(left + step * (one.right - one.left), part[2])
        bottom = min(top + step * (one.bottom - one.top), part[3])
        pixels = np.asarray(np.rint(ink.form(view.ink, one.mask) * 255), np.uint8)
        result.append(Digit(pixels, (left, top, right, bottom), one.is_wide))
    return result


def _closer(
    picture: Image.Image, read: list[Digit]
) -> tuple[tuple[int, int, int, int], int] | None:
    """The part of a picture to look at once more, and its working side; None: nothing is gained."""
    step = _factor(picture, WORKING)
    lefts, tops, rights, bottoms = zip(*(digit.box for digit in read), strict=True)
    largest = max(
        max(right - left, bottom - top) for left, top, right, bottom in (one.box for one in read)
    )
    if step == 1 or largest >= SMALL * step:
        return None
    margin = math.ceil(MARGIN * largest)
    width, height = picture.size
    part = (
        max(min(lefts) - margin, 0),
        max(min(tops) - margin, 0),
        min(max(rights) + margin, width),
        min(max(bottoms) + margin, height),
    )
    side = max(part[2] - part[0], part[3] - part[1])
    working = min(max(WORKING, math.ceil(CLEAR * side / largest)), CLOSEST)
    return None if math.ceil(side / working) >= step else (part, working)


def to_grey(picture: Image.Image, working: int = WORKING) -> arrays.Grey:
    """The brightness of ``picture`` in 0..1, float64 [height, width], at most 256 on a side.

    Or what ``working`` says. Transparent parts get the colour that the rest contrasts with.
    """
    if picture.mode[0] in "IF":  # 16- and 32-bit integers, floats
        return _shrink(deep(picture), _factor(picture, working))
    if picture.has_transparency_data:
        picture = _reduce(picture.convert("RGBA"), working)
        pixels = np.asarray(picture.convert("LA"), np.float64) / 255
        return _composite(pixels[..., 0], pixels[..., 1])
    if picture.mode == "LAB":
        picture = picture.getchannel("L")
    elif picture.mode not in ("L", "RGB"):
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    return np.asarray(_reduce(picture, working).convert("L"), np.float64) / 255


def _factor(picture: Image.Image, working: int) -> int:
    """How many pixels of a picture become one, across and down."""
    return -(-max(picture.size) // working)


def _reduce(picture: Image.Image, working: int) -> Image.Image:
    factor = _factor(picture, working)
    return picture.reduce(factor) if factor > 1 else picture


def deep(picture: Image.Image) -> arrays.Grey:
    """Values of more than 8 bits, scaled to 0..1 by the range that they seem to have."""
    values = np.nan_to_num(np.asarray(picture).astype(np.float64), posinf=0, neginf=0)
    low, high = min(float(values.min()), 0.0), float(values.max())
    top = next((top for top in (1.0, 255.0, 65535.0) if high <= top), high)
    if picture.mode.startswith("I"):
        top = max(top, 255.0)
    return (values - low) / (top - low)


def _shrink(values: arrays.Grey, factor: int) -> arrays.Grey:
    height, width = (max(1, -(-side // factor)) for side in values.shape)
    return arrays.resample(values, height, width)


def _composite(grey: arrays.Grey, alpha: arrays.Grey) -> arrays.Grey:
    """Put ``grey`` on one colour: its own paper, if it has one, else what contrasts with it."""
    opaque = grey[alpha > 0.5]
    if not opaque.size:
        return np.zeros_like(grey)
    dark, middle, light = (arrays.quantile(opaque, share) for share in (0.05, 0.5, 0.95))
    own_paper = light - dark > 0.3  # a card with a digit on it, not a digit of one colour
    paper = middle if own_paper else float(middle < 0.5)
    return grey * alpha + paper * (1 - alpha)


def to_float(pixels: Pixels) -> npt.NDArray[np.float32]:
    """Uint8 [..., 28, 28] as the network takes it: float32 [..., 28, 28, 1] in 0..1."""
    return pixels[..., None].astype(np.float32) / np.float32(255)


def quantize(
    values: npt.NDArray[np.float32], scale: float, zero_point: int, dtype: npt.DTypeLike
) -> npt.NDArray[np.generic]:
    """``values`` in steps of ``scale`` from ``zero_point``, half to even, clipped to ``dtype``.

    What is no number becomes the zero point, on every machine.
    """
    limits = np.iinfo(np.dtype(dtype))
    with np.errstate(over="ignore"):  # beyond float32 is beyond the limits as well
        steps = np.rint(values / np.float32(scale)) + zero_point
    steps = np.where(np.isnan(steps), zero_point, steps)
    return np.asarray(np.clip(steps, limits.min, limits.max), dtype)
