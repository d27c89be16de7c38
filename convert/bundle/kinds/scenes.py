"""Pictures to prove a port of the preprocessing with, as PNG: plain ones and awkward ones.

Most show digits of the test set. Others show a drawn seven, whatever the classes are, where a rule
of the preprocessing decides: a port with another threshold gives other pixels. They are PNG because
every decoder gives the same pixels of it.
"""

import io
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from runtime.dataset import Examples

_ORIENTATION, _RIGHT_TOP = 0x0112, 6  # EXIF: rows run from the right, so turn it clockwise

Ink = npt.NDArray[np.float64]  # [height, width], 0 is paper and 1 is ink


def draw(digits: Examples) -> dict[str, bytes]:
    """PNG files by name; the digits are the first of each class in turn."""
    shown = {}
    for turn, (name, dress) in enumerate(_DRESSES.items()):
        label = turn % len(digits.names)
        image = digits.inputs[np.flatnonzero(digits.labels == label)[0]]
        shown[name] = dress(_enlarged(image))
    shown |= {name: scene() for name, scene in _SCENES.items()}
    return {f"{name}.png": _png(picture) for name, picture in shown.items()}


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
    """Black on a film too thin to count as paper."""
    return _mixed(ink, (255, 255, 255, 100), (0, 0, 0, 255))


def _card(ink: Ink) -> Image.Image:
    """Paper with a digit on it, on nothing; large enough to be shrunk with its alpha."""
    card = _mixed(np.kron(ink, np.ones((3, 3))), (205, 205, 200, 255), (90, 115, 95, 255))
    sheet = Image.new("RGBA", (420, 380), (0, 0, 0, 0))
    sheet.paste(card, (50, 20))
    return sheet


def _turned(ink: Ink) -> Image.Image:
    """On its side, with the EXIF entry that turns it upright."""
    picture = _dark_on_light(np.rot90(ink))
    picture.getexif()[_ORIENTATION] = _RIGHT_TOP
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


def _seven(width: int, scale: float = 1) -> Ink:
    """A seven in [200, 160], ``width`` pixels thick."""
    picture = Image.new("L", (160, 200))
    corners = [(80 + scale * x, 100 + scale * y) for x, y in ((-40, -55), (40, -60), (-10, 60))]
    ImageDraw.Draw(picture).line(corners, fill=255, width=width)
    return np.asarray(picture, np.float64) / 255


def _on_paper(ink: Ink, contrast: float = 0.8) -> Image.Image:
    return _grey(0.9 * (1 - contrast * ink))


def _thin() -> Image.Image:
    return _on_paper(_seven(1))


def _dusty() -> Image.Image:
    """A speck that is too light to be part of it, and one that is just heavy enough."""
    ink = _seven(12)
    ink[20:35, 10:25] = 1
    ink[170:189, 130:149] = 1
    return _on_paper(ink)


def _table() -> Image.Image:
    """The edge of a table along most of one side, holding no corner."""
    ink = _seven(12)
    ink[190:, 10:145] = 1
    return _on_paper(ink)


def _framed() -> Image.Image:
    """A frame forty times as heavy as what it frames."""
    ink = _seven(3, scale=0.4)
    for side in (ink, ink[::-1], ink.T, ink.T[::-1]):
        side[:12] = 1
    return _on_paper(ink)


def _faint() -> Image.Image:
    return _on_paper(_seven(12), contrast=0.07)


def _too_faint() -> Image.Image:
    return _on_paper(_seven(12), contrast=0.04)


def _noisy() -> Image.Image:
    """Ink that rises just above a sensor's noise."""
    noise = np.random.default_rng(7).normal(0, 0.018, (200, 160))
    return _grey(0.9 * (1 - 0.12 * _seven(12)) + noise)


def _soft() -> Image.Image:
    """Out of focus, so that the ink has no edge."""
    return _on_paper(_seven(12)).filter(ImageFilter.GaussianBlur(6))


def _shadow() -> Image.Image:
    """The edge of a shadow across it."""
    rows, columns = np.mgrid[0:200, 0:160]
    return _grey(0.9 * (1 - 0.8 * _seven(12)) * np.where(rows + columns < 170, 0.45, 1))


def _ruled() -> Image.Image:
    """Squared paper, a little turned, under a thin pen."""
    rows, columns = np.mgrid[0:200, 0:160]
    print_ = (rows + columns // 20) % 27 < 2
    print_ |= (columns - rows // 25) % 27 < 2
    noise = np.random.default_rng(9).normal(0, 0.004, (200, 160))
    return _grey(0.9 * (1 - 0.8 * _seven(6)) * np.where(print_, 0.7, 1) + noise)


def _note() -> Image.Image:
    """A sheet on something darker, a little turned."""
    rows, columns = np.mgrid[0:300, 0:320]
    inside = (columns + rows // 12 > 90) & (columns + rows // 12 < 260)
    inside &= (rows - columns // 15 > 30) & (rows - columns // 15 < 250)
    page = np.zeros((300, 320))
    page[60:260, 80:240] = _seven(12)
    return _grey(np.where(inside, 0.9 * (1 - 0.8 * page), 0.3))


def _boxed() -> Image.Image:
    """In a box that is drawn around it."""
    ink = _seven(8, scale=0.6)
    for side in (ink[20:-20, 15:-15], ink[20:-20, 15:-15][::-1]):
        side[:4] = 1
        side[:, :4] = 1
    ink[20:-20, -19:-15] = 1
    return _on_paper(ink)


def _small() -> Image.Image:
    """A twentieth of the page."""
    page = np.zeros((600, 800))
    page[330:370, 560:592] = _seven(12)[2::5, 2::5]
    return _on_paper(page)


def _blank() -> Image.Image:
    return Image.new("RGB", (64, 48), (200, 210, 190))


_DRESSES: Mapping[str, Callable[[Ink], Image.Image]] = {
    "as-mnist": _as_mnist,
    "dark-on-light": _dark_on_light,
    "light-on-dark": _light_on_dark,
    "colour": _colour,
    "transparent": _transparent,
    "card": _card,
    "turned": _turned,
    "shaded": _shaded,
}
_SCENES: Mapping[str, Callable[[], Image.Image]] = {
    "thin": _thin,
    "dusty": _dusty,
    "table": _table,
    "framed": _framed,
    "faint": _faint,
    "too-faint": _too_faint,
    "noisy": _noisy,
    "soft": _soft,
    "shadow": _shadow,
    "ruled": _ruled,
    "note": _note,
    "boxed": _boxed,
    "small": _small,
    "blank": _blank,
}
