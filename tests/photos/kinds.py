"""The kinds of photos: what is on the plane, and what the light does."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tests.photos import scene
from tests.photos.scene import Plane, Settings

Digits = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Photo:
    """A JPEG and the digits that are written on it, in the order of reading."""

    content: bytes
    text: str


def start(settings: Settings, rng: np.random.Generator, size: scene.Range | None = None) -> Plane:
    return scene.plane(settings, rng, rng.uniform(*(size or settings.size)))


def pen(view: Plane) -> scene.Colour:
    return scene.pick(view.rng, view.settings.pens)


def plain(view: Plane, digit: Digits) -> None:
    view.write(digit, pen(view), (0, 0))


def hard_shadow(view: Plane, digit: Digits) -> None:
    plain(view, digit)
    scene.shadow(view, hard=True)


def soft_shadow(view: Plane, digit: Digits) -> None:
    plain(view, digit)
    scene.shadow(view, hard=False)


def ruled(view: Plane, digit: Digits) -> None:
    view.rules(
        view.y, view.rng.uniform(*view.settings.pitch), scene.pick(view.rng, view.settings.prints)
    )
    plain(view, digit)


def squared(view: Plane, digit: Digits) -> None:
    pitch = view.rng.uniform(*view.settings.pitch)
    colour = scene.pick(view.rng, view.settings.prints)
    for across in (view.x, view.y):
        view.rules(across, pitch, colour)
    plain(view, digit)


def on_table(view: Plane, digit: Digits) -> None:
    """A sheet with a margin of a quarter of the digit or more, all within the photo or not."""
    rng = view.rng
    plain(view, digit)
    left, right, top, bottom = (rng.uniform(0.75, 1.6) for _ in range(4))
    skew = rng.uniform(-0.05, 0.05)
    x, y = view.x + skew * view.y, view.y + rng.uniform(-0.05, 0.05) * view.x
    edges = [x + left, right - x, y + top, bottom - y]
    away = np.minimum.reduce(edges) * view.scale
    if rng.random() < 0.5:  # the sheet's own shadow on the table
        dark = np.clip(1 + (away + 0.02 * view.scale) / (0.06 * view.scale), 0, 1)
        view.colour *= (1 - 0.4 * dark * (away < 0))[..., None]
    scene.table(view, np.clip(away + 0.5, 0, 1).astype(np.float32))


def framed(view: Plane, digit: Digits) -> None:
    """A box drawn around it with a pen, each side a little off."""
    rng = view.rng
    colour = pen(view)
    width = rng.uniform(0.03, 0.09)
    half = [rng.uniform(0.68, 0.95) for _ in range(4)]
    x = view.x + rng.uniform(-0.04, 0.04) * view.y
    y = view.y + rng.uniform(-0.04, 0.04) * view.x
    away = np.minimum.reduce([x + half[0], half[1] - x, y + half[2], half[3] - y])
    cover = np.clip((width / 2 - np.abs(away)) * view.scale + 0.5, 0, 1)
    view.multiply(cover.astype(np.float32), colour)
    view.write(digit, colour, (0, 0))


SMALL = (0.04, 0.1)
"""Heights of digits that are small in their photo, as a share of its shorter side."""

KINDS: dict[str, tuple[Callable[[Plane, Digits], None], scene.Range | None]] = {
    "plain": (plain, None),
    "hard shadow": (hard_shadow, None),
    "soft shadow": (soft_shadow, None),
    "ruled": (ruled, None),
    "squared": (squared, None),
    "small": (plain, SMALL),
    "table": (on_table, (0.22, 0.42)),
    "frame": (framed, (0.25, 0.5)),
}
"""What is drawn, and the range of the digit's size where it is the kind's own."""


def make(kind: str, settings: Settings, rng: np.random.Generator, digit: Digits) -> bytes:
    """A JPEG of ``digit`` [28, 28], 0 is paper and 255 is ink."""
    draw, size = KINDS[kind]
    view = start(settings, rng, size)
    draw(view, digit)
    return scene.photo(view)
