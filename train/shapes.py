"""What people draw that is no digit, and digits in forms that MNIST hardly has.

The others are learnt as none of the classes (``train.others``). What looks like a digit to a person
too, as O, I, l, S, Z, B, b, g, q, y and U do, is not among them. Kinds that ``tests/digits`` draws,
stars, houses, fish and more, are left out on purpose: they tell whether what was never seen is
refused.
"""

from collections.abc import Callable, Sequence

import numpy as np

from runtime import arrays
from runtime import ink as form
from runtime.dataset import Labels, Pixels
from train.strokes import Stroke, Strokes, arc, curve, drawn, line, shaken, turned

Random = np.random.Generator
Draw = Callable[[Random], list[Stroke]]

PEN = (1.4, 4.2)
"""Widths of the pen, in pixels of a picture of 28x28."""

TRIES = 50
"""To find two digits that are wide enough together."""

LETTERS: dict[str, list[Stroke]] = {
    "A": [line((0, 1), (0.45, 0), (0.9, 1)), line((0.18, 0.62), (0.74, 0.62))],
    "E": [line((0.7, 0), (0, 0), (0, 1), (0.7, 1)), line((0, 0.5), (0.6, 0.5))],
    "F": [line((0.7, 0), (0, 0), (0, 1)), line((0, 0.45), (0.55, 0.45))],
    "H": [line((0, 0), (0, 1)), line((0.75, 0), (0.75, 1)), line((0, 0.5), (0.75, 0.5))],
    "M": [line((0, 1), (0.08, 0), (0.5, 0.7), (0.92, 0), (1, 1))],
    "P": [line((0, 1), (0, 0)), arc((0, 0.26), (0.55, 0.26), -90, 90)],
    "R": [line((0, 1), (0, 0)), arc((0, 0.26), (0.5, 0.26), -90, 90),
          line((0.1, 0.52), (0.6, 1))],
    "V": [line((0, 0), (0.4, 1), (0.8, 0))],
    "X": [line((0, 0), (0.8, 1)), line((0.8, 0), (0, 1))],
    "a": [arc((0.4, 0.6), (0.38, 0.38), -30, -330), line((0.78, 0.2), (0.8, 0.85), (1, 0.98))],
    "e": [curve((0.02, 0.55), (0.75, 0.5), (0.4, 0.1), (0, 0.5), (0.35, 0.98), (0.78, 0.8))],
    "m": [line((0, 0), (0, 1)), arc((0.22, 0.3), (0.22, 0.3), -180, 0),
          line((0.44, 0.3), (0.44, 1)), arc((0.66, 0.3), (0.22, 0.3), -180, 0),
          line((0.88, 0.3), (0.88, 1))],
    "n": [line((0, 0), (0, 1)), arc((0.35, 0.4), (0.35, 0.35), -180, 0),
          line((0.7, 0.4), (0.7, 1))],
}  # fmt: skip


def letter(rng: Random) -> list[Stroke]:
    """A letter that is like no digit."""
    name = list(LETTERS)[rng.integers(len(LETTERS))]
    wide = rng.uniform(0.7, 1.3)
    return [stroke * (wide, 1) for stroke in LETTERS[name]]


def face(rng: Random) -> list[Stroke]:
    """A smiley: a head, eyes, and a mouth that laughs or not."""
    result = [arc((0, 0), (1, rng.uniform(0.85, 1.15)), 0, 360)] if rng.random() < 0.9 else []
    across, up, size = rng.uniform(0.25, 0.45), rng.uniform(0.2, 0.4), rng.uniform(0.03, 0.12)
    eyes = (-across, across)
    result += [arc((x, -up), (size, size * rng.uniform(0.8, 2)), 0, 360) for x in eyes]
    bend = rng.uniform(-0.3, 0.5)
    result.append(curve((-0.5, 0.35), (0, 0.35 + bend), (0.5, 0.35)))
    return result


def heart(rng: Random) -> list[Stroke]:
    """A heart."""
    t = np.linspace(0, 2 * np.pi, 40)
    tall = rng.uniform(0.8, 1.2)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [np.stack([x, -tall * y], axis=1)]


def polygon(rng: Random) -> list[Stroke]:
    """A closed figure with three to six corners."""
    corners = int(rng.choice([3, 3, 4, 4, 4, 5, 6]))
    angles = 2 * np.pi * (np.arange(corners + 1) + rng.uniform(-0.5, 0.5)) / corners
    stretch = (1.0, rng.uniform(0.6, 1.5))
    return [np.stack([np.cos(angles), np.sin(angles)], axis=1) * stretch]


def sign(rng: Random) -> list[Stroke]:
    """Plus, cross, asterisk, equals, dash, colon, tick, hash, or a ring with something in it."""
    a = rng.uniform(0.7, 1.3)
    kinds: Sequence[list[Stroke]] = (
        [line((0, -1), (0, 1)), line((-a, 0), (a, 0))],
        [line((-a, -1), (a, 1)), line((a, -1), (-a, 1))],
        [line((0, -1), (0, 1)), line((-a, -0.5), (a, 0.5)), line((a, -0.5), (-a, 0.5))],
        [line((-1, -0.4 * a), (1, -0.4 * a)), line((-1, 0.4 * a), (1, 0.4 * a))],
        [line((-1, 0), (1, rng.uniform(-0.35, 0.35)))],
        [arc((0, -0.7), (0.05, 0.05), 0, 360), arc((0, 0.7), (0.05, 0.05), 0, 360)],
        [line((-0.6, 0.1), (-0.15, 0.8), (0.9, -0.8 * a))],
        [line((x, -1), (x, 1)) for x in (-0.3, 0.3)] + [line((-1, y), (1, y)) for y in (-0.3, 0.3)],
        [arc((0, 0), (1, 1), 0, 360), arc((0, 0), (0.5 * a, 0.5), 0, 360)],
        [arc((0, 0), (1, 1), 0, 360), line((-0.7, -0.7), (0.7, 0.7)),
         line((0.7, -0.7), (-0.7, 0.7))],
    )  # fmt: skip
    return kinds[rng.integers(len(kinds))]


def arrow(rng: Random) -> list[Stroke]:
    """An arrow to anywhere but up and down, where it is a 1 to some."""
    head = rng.uniform(0.25, 0.6)
    strokes = [line((-1, 0), (1, 0)), line((1 - head, -head), (1, 0), (1 - head, head))]
    return turned(strokes, float(rng.choice([0, 180]) + rng.uniform(-40, 40)))


def zigzag(rng: Random) -> list[Stroke]:
    """A wave or a zigzag of four turns or more."""
    turns = int(rng.integers(5, 9))
    high = rng.uniform(0.3, 2.0)
    points = [(float(i), high * (-1) ** i * rng.uniform(0.6, 1)) for i in range(turns)]
    way = curve(*points) if rng.random() < 0.5 else line(*points)
    return turned([way], float(rng.choice([0, 90]) + rng.uniform(-20, 20)))


def scribble(rng: Random) -> list[Stroke]:
    """A pen that goes to and fro: eight points or more, in one stroke or several."""
    count = int(rng.integers(8, 22))
    points = rng.uniform(-1, 1, (count, 2)) * (1, rng.uniform(0.6, 1.3))
    if rng.random() < 0.4:  # it goes to and fro as it advances
        points[:, 0] = np.linspace(-1, 1, count) + rng.normal(0, 0.15, count)
        points[:, 1] = np.where(np.arange(count) % 2, 1, -1) * rng.uniform(0.4, 1, count)
    return [curve(*map(tuple, points))]


def tangle(rng: Random) -> list[Stroke]:
    """Some lines and curves across each other."""
    count = int(rng.integers(3, 7))
    return [
        curve(*map(tuple, rng.uniform(-1, 1, (int(rng.integers(2, 5)), 2)))) for _ in range(count)
    ]


OTHERS: dict[str, tuple[Draw, float]] = {
    "letter": (letter, 4),
    "face": (face, 2),
    "heart": (heart, 1),
    "polygon": (polygon, 2),
    "sign": (sign, 3),
    "arrow": (arrow, 1),
    "zigzag": (zigzag, 1),
    "scribble": (scribble, 3),
    "tangle": (tangle, 2),
}
"""What is drawn by strokes, with its share of all."""


def dot(rng: Random) -> Pixels:
    """Something solid, as a dot or a filled form is when it is brought to size."""
    if rng.random() < 0.5:
        wide, high = rng.uniform(0, 0.35, 2)
        return drawn(shaken([line((0, 0), (wide, high))], rng, 0.1), rng.uniform(11, 19))
    size = rng.integers(9, 21, 2)
    picture = np.zeros((28, 28), np.uint8)
    top, left = (28 - size[0]) // 2, (28 - size[1]) // 2
    picture[top : top + size[0], left : left + size[1]] = rng.integers(150, 256)
    return picture


def haze(rng: Random) -> Pixels:
    """What shadows, folds and noise leave of empty paper: blobs, bands, grain."""
    grain = rng.normal(0, 1, (28, 28))
    for _ in range(int(rng.integers(0, 7))):
        for axis in (0, 1):
            grain = (np.roll(grain, 1, axis) + grain + np.roll(grain, -1, axis)) / 3
    if rng.random() < 0.3:  # a band along one side
        band = np.linspace(-3, 3, 28)[:, None] * grain.std()
        grain += band if rng.random() < 0.5 else band.T
    grain = (grain - np.quantile(grain, rng.uniform(0.2, 0.9))) / (grain.max() - grain.min())
    picture = np.zeros((28, 28))
    box = slice(4, 24) if rng.random() < 0.7 else slice(0, 28)
    picture[box, box] = np.clip(grain * rng.uniform(1, 6), 0, 1)[box, box]
    return np.rint(picture * 255).astype(np.uint8)


def joined(digits: Pixels, rng: Random) -> Pixels:
    """Two of ``digits`` [count, 28, 28] side by side where one should be: they touch.

    Together they are wider than high: what is narrower may be a digit.
    """
    for _ in range(TRIES):
        left, right = (_tight(digits[rng.integers(len(digits))]) for _ in range(2))
        if left.shape[1] + right.shape[1] - 4 > max(len(left), len(right)):
            break
    high = max(len(left), len(right))
    pads = [
        ((high - len(one)) // 2, high - len(one) - (high - len(one)) // 2) for one in (left, right)
    ]
    left, right = (np.pad(one, (pad, (0, 0))) for one, pad in zip((left, right), pads, strict=True))
    lap = int(rng.integers(0, 4))
    wide = np.zeros((high, left.shape[1] + right.shape[1] - lap), np.uint8)
    wide[:, : left.shape[1]] = left
    wide[:, left.shape[1] - lap :] = np.maximum(wide[:, left.shape[1] - lap :], right)
    return fitted(wide)


def _tight(picture: Pixels) -> Pixels:
    rows, columns = (np.flatnonzero(picture.max(axis=axis) > 60) for axis in (1, 0))
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def fitted(ink: Pixels) -> Pixels:
    """``ink`` [any, any] as a picture of 28x28, by box and centre of mass."""
    scale = form.BOX / max(ink.shape)
    sides = [max(1, round(side * scale)) for side in ink.shape]
    small = arrays.resample(ink / 255, *sides)
    return np.rint(255 * form.centre(small / max(float(small.max()), 1e-9))).astype(np.uint8)


def others(digits: Pixels, labels: Labels, count: int, seed: int) -> Pixels:
    """``count`` pictures [count, 28, 28] of what is no digit; some are made of ``digits``."""
    rng = np.random.default_rng(seed)
    turnable = digits[np.isin(labels, (2, 3, 4, 5, 7))]
    shares = np.array([share for _, share in OTHERS.values()])
    draws = [draw for draw, _ in OTHERS.values()]
    result = []
    for _ in range(count):
        chance = rng.random()
        if chance < 0.62:
            draw = draws[rng.choice(len(draws), p=shares / shares.sum())]
            strokes = turned(
                shaken(draw(rng), rng, 0.05), rng.uniform(-8, 8), rng.uniform(-0.1, 0.3)
            )
            result.append(drawn(strokes, rng.uniform(*PEN)))
        elif chance < 0.70:
            result.append(dot(rng))
        elif chance < 0.78:
            result.append(haze(rng))
        elif chance < 0.93:
            result.append(joined(digits, rng))
        else:
            result.append(np.rot90(turnable[rng.integers(len(turnable))], rng.choice([1, 3])))
    return np.stack(result)


def one(rng: Random) -> list[Stroke]:
    """A 1 with an upstroke, as it is written on the continent; some with a foot."""
    across = rng.uniform(0.12, 0.5)
    down = across * rng.uniform(0.75, 1.6)
    lean = rng.uniform(-0.06, 0.06)
    strokes = [line((-across, down), (0, 0), (lean, 1))]
    if rng.random() < 0.3:
        foot = rng.uniform(0.15, 0.4)
        strokes.append(line((lean - foot, 1), (lean + foot, 1)))
    return strokes


def seven(rng: Random) -> list[Stroke]:
    """A 7 with a bar, or a serif, or both."""
    wide, foot = rng.uniform(0.45, 0.8), rng.uniform(0.1, 0.45)
    top = [(0.0, rng.uniform(-0.03, 0.08)), (wide, 0.0)]
    if rng.random() < 0.3:
        top = [(0.0, rng.uniform(0.1, 0.22)), *top]
    bottom = (wide * foot, 1.0)
    strokes = [line(*top, bottom)]
    if rng.random() < 0.75:
        at = rng.uniform(0.4, 0.6)
        middle, half = wide + (bottom[0] - wide) * at, rng.uniform(0.15, 0.35)
        tilt = rng.uniform(-0.08, 0.08)
        strokes.append(line((middle - half, at + tilt), (middle + half, at - tilt)))
    return strokes


def four(rng: Random) -> list[Stroke]:
    """A 4 as it is printed, closed at the top."""
    stem, bar = rng.uniform(0.45, 0.65), rng.uniform(0.55, 0.75)
    way = line((stem, 0), (0, bar), (rng.uniform(0.7, 0.95), bar))
    return [way, line((stem, 0), (stem, 1))]


RARE: dict[int, tuple[Draw, float]] = {1: (one, 0.45), 7: (seven, 0.4), 4: (four, 0.15)}
"""Digits in other forms than MNIST's, with their share."""


def rare(count: int, seed: int) -> tuple[Pixels, Labels]:
    """``count`` pictures of digits in forms that MNIST hardly has, upright to slanted."""
    rng = np.random.default_rng(seed)
    names, shares = list(RARE), [share for _, share in RARE.values()]
    labels = rng.choice(names, count, p=shares).astype(np.int64)
    pictures = []
    for label in labels:
        strokes: Strokes = shaken(RARE[int(label)][0](rng), rng, 0.025)
        strokes = turned(strokes, rng.uniform(-6, 6), rng.uniform(-0.1, 0.4))
        pictures.append(drawn(strokes, rng.uniform(*PEN)))
    return np.stack(pictures), labels


def slanted(digits: Pixels, labels: Labels, count: int, seed: int) -> tuple[Pixels, Labels]:
    """``count`` of ``digits``, slanted further than MNIST's are."""
    rng = np.random.default_rng(seed)
    index = rng.choice(len(digits), count, replace=False)
    return np.stack([sheared(digits[i], rng.uniform(0.2, 0.5)) for i in index]), labels[index]


def sheared(picture: Pixels, slant: float) -> Pixels:
    """``picture`` with each row moved to the right by ``slant`` for each row upwards."""
    wide = np.pad(picture, ((0, 0), (16, 16))).astype(np.float64)
    columns = np.arange(wide.shape[1])
    rows = [
        np.interp(columns - slant * (13.5 - y), columns, row, left=0, right=0)
        for y, row in enumerate(wide)
    ]
    return fitted(_tight(np.rint(np.stack(rows)).astype(np.uint8)))
