"""Pictures to prove a port of the preprocessing with, as PNG: plain ones and awkward ones.

Most show digits of the test set; PNG because every decoder gives the same pixels of it.
"""

import io
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from runtime.dataset import Digits

_ORIENTATION, _RIGHT_TOP = 0x0112, 6  # EXIF: rows run from the right, so turn it clockwise

Ink = npt.NDArray[np.float64]  # [height, width], 0 is paper and 1 is ink


def draw(digits: Digits) -> dict[str, bytes]:
    """PNG files by name; the digits are the first of each class in turn."""
    files = {}
    for turn, (name, dress) in enumerate(_DRESSES.items()):
        label = turn % len(digits.names)
        image = digits.images[np.flatnonzero(digits.labels == label)[0]]
        files[f"{name}.png"] = _png(dress(_enlarged(image)))
    return files


def _enlarged(image: npt.NDArray[np.uint8]) -> Ink:
    large = Image.fromarray(image).resize((112, 112), Image.Resampling.BICUBIC)
    return np.asarray(large, np.float64) / 255


def _png(picture: Image.Image) -> bytes:
    sink = io.BytesIO()
    picture.save(sink, "PNG", exif=picture.getexif())
    return sink.getvalue()


def _grey(values: Ink) -> Image.Image:
    return Image.fromarray(np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8))


def _mixed(ink: Ink, paper: tuple[int, ...], pen: tuple[int, ...]) -> Image.Image:
    """Channels [height, width, n] from ``paper`` where there is no ink to ``pen``."""
    share = ink[..., None]
    channels = np.asarray(paper) * (1 - share) + np.asarray(pen) * share
    return Image.fromarray(np.rint(channels).astype(np.uint8))


def _dark_on_light(ink: Ink) -> Image.Image:
    return _grey(0.9 - 0.75 * ink)


def _light_on_dark(ink: Ink) -> Image.Image:
    return _grey(0.2 + 0.7 * ink)


def _colour(ink: Ink) -> Image.Image:
    return _mixed(ink, (250, 230, 120), (30, 60, 190))


def _transparent(ink: Ink) -> Image.Image:
    return _mixed(ink, (0, 0, 0, 0), (0, 0, 0, 255))


def _card(ink: Ink) -> Image.Image:
    """Paper with a digit on it, on nothing; large enough to be shrunk with its alpha."""
    card = _mixed(np.kron(ink, np.ones((3, 3))), (240, 240, 235, 255), (20, 90, 40, 255))
    sheet = Image.new("RGBA", (420, 380), (0, 0, 0, 0))
    sheet.paste(card, (50, 20))
    return sheet


def _turned(ink: Ink) -> Image.Image:
    """On its side, with the EXIF entry that turns it upright."""
    picture = _dark_on_light(np.rot90(ink))
    picture.getexif()[_ORIENTATION] = _RIGHT_TOP
    return picture


def _thin(_ink: Ink) -> Image.Image:
    """A seven of a hairline, whatever the classes are."""
    picture = Image.new("L", (200, 240), 255)
    ImageDraw.Draw(picture).line(((50, 60), (150, 55), (90, 190)), fill=0, width=2)
    return picture


def _shaded(ink: Ink) -> Image.Image:
    """A photo: light that falls off, a noisy sensor, dust, the dark edge of a table."""
    rows, columns = np.mgrid[0:300, 0:400]
    light = 0.95 - 0.5 * columns / 400 - 0.2 * rows / 300
    page = np.zeros((300, 400))
    page[40:264, 100:324] = np.kron(ink, np.ones((2, 2)))
    page[20:23, 60:63] = 1
    noise = np.random.default_rng(28).normal(0, 0.008, page.shape)
    picture = light * (1 - 0.7 * page) + noise
    picture[:, 385:] = 0.1
    return _grey(picture)


def _as_mnist(ink: Ink) -> Image.Image:
    return _grey(ink[2::4, 2::4])


def _blank(_ink: Ink) -> Image.Image:
    return Image.new("RGB", (64, 48), (200, 210, 190))


_DRESSES: Mapping[str, Callable[[Ink], Image.Image]] = {
    "as-mnist": _as_mnist,
    "dark-on-light": _dark_on_light,
    "light-on-dark": _light_on_dark,
    "colour": _colour,
    "transparent": _transparent,
    "card": _card,
    "turned": _turned,
    "thin": _thin,
    "shaded": _shaded,
    "blank": _blank,
}
