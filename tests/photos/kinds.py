"""The kinds of photos: what is on the plane, and what the light does."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.dataset import Examples
from tests.photos import scene
from tests.photos.scene import Plane, Settings

Digit = npt.NDArray[np.uint8]  # [28, 28], 0 is paper and 255 is ink


@dataclass(frozen=True)
class Photo:
    """A JPEG and the digits that are written on it, in the order of reading."""

    content: bytes
    text: str


@dataclass(frozen=True)
class Kind:
    """What is drawn on the plane, with digits given; and the digit's size where it is its own."""

    draw: Callable[[Plane, list[Digit]], None]
    size: scene.Range | None = None  # of the digit's height, as a share of the shorter side
    most: int = 1  # digits
    slant: scene.Range | None = None  # degrees from above; None: from above, nearly


def pen(view: Plane) -> scene.Colour:
    return scene.pick(view.rng, view.settings.pens)


def plain(view: Plane, digits: list[Digit]) -> None:
    view.write(digits[0], pen(view), (0, 0))


def hard_shadow(view: Plane, digits: list[Digit]) -> None:
    plain(view, digits)
    scene.shadow(view, hard=True)


def soft_shadow(view: Plane, digits: list[Digit]) -> None:
    plain(view, digits)
    scene.shadow(view, hard=False)


def ruled(view: Plane, digits: list[Digit]) -> None:
    view.rules(
        view.y, view.rng.uniform(*view.settings.pitch), scene.pick(view.rng, view.settings.prints)
    )
    plain(view, digits)


def squared(view: Plane, digits: list[Digit]) -> None:
    pitch = view.rng.uniform(*view.settings.pitch)
    colour = scene.pick(view.rng, view.settings.prints)
    for across in (view.x, view.y):
        view.rules(across, pitch, colour)
    plain(view, digits)


def on_table(view: Plane, digits: list[Digit]) -> None:
    """A sheet with a margin of a quarter of the digit or more, all within the photo or not."""
    rng = view.rng
    plain(view, digits)
    left, right, top, bottom = (rng.uniform(0.75, 1.6) for _ in range(4))
    skew = rng.uniform(-0.05, 0.05)
    x, y = view.x + skew * view.y, view.y + rng.uniform(-0.05, 0.05) * view.x
    edges = [x + left, right - x, y + top, bottom - y]
    away = np.minimum.reduce(edges) * view.scale
    if rng.random() < 0.5:  # the sheet's own shadow on the table
        dark = np.clip(1 + (away + 0.02 * view.scale) / (0.06 * view.scale), 0, 1)
        view.colour *= (1 - 0.4 * dark * (away < 0))[..., None]
    scene.table(view, np.clip(away + 0.5, 0, 1).astype(np.float32))


def framed(view: Plane, digits: list[Digit]) -> None:
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
    view.write(digits[0], colour, (0, 0))


def several(view: Plane, digits: list[Digit]) -> None:
    """Beside each other, a little up and down, in one row or two."""
    rng, colour = view.rng, pen(view)
    rows = 2 if len(digits) > 3 else 1
    across = -(-len(digits) // rows)
    for number, digit in enumerate(digits):
        x = (number % across - (across - 1) / 2) * 1.35 + rng.uniform(-0.06, 0.06)
        y = (number // across - (rows - 1) / 2) * 1.6 + rng.uniform(-0.12, 0.12)
        view.write(digit, colour, (x, y))


def blank(view: Plane, _: list[Digit]) -> None:
    """Paper, with a soft shadow or without."""
    if view.rng.random() < 0.5:
        scene.shadow(view, hard=False)


SMALL = (0.04, 0.1)
"""Heights of digits that are small in their photo, as a share of its shorter side."""

KINDS: dict[str, Kind] = {
    "plain": Kind(plain),
    "hard shadow": Kind(hard_shadow),
    "soft shadow": Kind(soft_shadow),
    "ruled": Kind(ruled),
    "squared": Kind(squared),
    "small": Kind(plain, SMALL),
    "table": Kind(on_table, (0.22, 0.42)),
    "aslant": Kind(on_table, (0.18, 0.32), slant=(25, 50)),
    "frame": Kind(framed, (0.25, 0.5)),
    "several": Kind(several, (0.13, 0.19), 6),
    "blank": Kind(blank, None, 0),
}


def make(kind: str, settings: Settings, rng: np.random.Generator, digits: Examples) -> Photo:
    """A photo of some of ``digits``."""
    chosen = KINDS[kind]
    count = int(rng.integers(2, chosen.most + 1)) if chosen.most > 1 else chosen.most
    written = rng.integers(0, len(digits), count)
    size = rng.uniform(*(chosen.size or settings.size))
    view = scene.plane(settings, rng, size, chosen.slant)
    chosen.draw(view, [digits.inputs[index] for index in written])
    text = "".join(digits.names[digits.labels[index]] for index in written)
    return Photo(scene.photo(view), text)
