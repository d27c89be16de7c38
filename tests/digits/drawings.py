"""Drawings as a person makes them on a phone: strokes of points in 0..1 of the pad, y down.

``SEEN`` are kinds of no digits that the networks were trained on, in other drawings; ``UNSEEN`` are
kinds that no training has. Pillow draws them, and its own font gives letters and signs.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Points = list[tuple[float, float]]
Strokes = list[Points]

PAD = 280
"""Side of a drawing, in pixels."""
PENS = (8, 12, 16, 22)
"""Widths of a pen, in pixels of the pad."""


def ring(
    centre: tuple[float, float], radii: tuple[float, float], part: tuple[int, int] = (0, 360)
) -> Points:
    """Part of an ellipse; degrees from the right, clockwise."""
    (x, y), (rx, ry), (start, end) = centre, radii, part
    angles = [math.radians(start + (end - start) * i / 24) for i in range(25)]
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles]


def star(points: int, inner: float) -> Points:
    """A star of that many points."""
    steps = [
        (math.pi * i / points - math.pi / 2, 0.36 if i % 2 == 0 else inner)
        for i in range(2 * points + 1)
    ]
    return [(0.5 + r * math.cos(a), 0.5 + r * math.sin(a)) for a, r in steps]


def heart() -> Points:
    """Two arcs that meet below."""
    right = [
        (0.5, 0.38),
        (0.56, 0.26),
        (0.68, 0.22),
        (0.8, 0.3),
        (0.8, 0.45),
        (0.68, 0.62),
        (0.5, 0.82),
    ]
    return right + [(1 - x, y) for x, y in reversed(right)]


SEEN: Mapping[str, Strokes] = {
    "smiley": [
        ring((0.5, 0.5), (0.35, 0.35)),
        ring((0.38, 0.42), (0.03, 0.04)),
        ring((0.62, 0.42), (0.03, 0.04)),
        ring((0.5, 0.52), (0.19, 0.16), (20, 160)),
    ],
    "heart": [heart()],
    "dot": [ring((0.5, 0.5), (0.02, 0.02))],
    "scribble": [
        [
            (0.2, 0.3),
            (0.75, 0.25),
            (0.3, 0.5),
            (0.8, 0.45),
            (0.25, 0.7),
            (0.7, 0.65),
            (0.4, 0.85),
            (0.6, 0.2),
            (0.3, 0.35),
            (0.72, 0.78),
            (0.2, 0.55),
        ]
    ],
    "A": [[(0.25, 0.8), (0.5, 0.2), (0.75, 0.8)], [(0.34, 0.6), (0.66, 0.6)]],
    "H": [[(0.3, 0.2), (0.3, 0.8)], [(0.7, 0.2), (0.7, 0.8)], [(0.3, 0.5), (0.7, 0.5)]],
    "M": [[(0.2, 0.8), (0.25, 0.2), (0.5, 0.65), (0.75, 0.2), (0.8, 0.8)]],
    "X": [[(0.25, 0.2), (0.75, 0.8)], [(0.75, 0.2), (0.25, 0.8)]],
    "E": [[(0.7, 0.2), (0.3, 0.2), (0.3, 0.8), (0.7, 0.8)], [(0.3, 0.5), (0.6, 0.5)]],
    "square": [[(0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75), (0.25, 0.25)]],
    "triangle": [[(0.5, 0.22), (0.8, 0.76), (0.2, 0.76), (0.5, 0.22)]],
    "plus": [[(0.5, 0.2), (0.5, 0.8)], [(0.2, 0.5), (0.8, 0.5)]],
    "dash": [[(0.2, 0.5), (0.8, 0.52)]],
    "arrow": [[(0.2, 0.5), (0.8, 0.5)], [(0.62, 0.34), (0.8, 0.5), (0.62, 0.66)]],
    "tick": [[(0.25, 0.55), (0.42, 0.75), (0.8, 0.25)]],
    "wave": [[(0.1 + 0.04 * i, 0.5 + 0.12 * math.sin(i)) for i in range(20)]],
}

UNSEEN: Mapping[str, Strokes] = {
    "star": [star(5, 0.15)],
    "star of lines": [
        [(0.5, 0.2), (0.69, 0.78), (0.2, 0.42), (0.8, 0.42), (0.31, 0.78), (0.5, 0.2)]
    ],
    "house": [
        [(0.25, 0.8), (0.25, 0.45), (0.5, 0.2), (0.75, 0.45), (0.75, 0.8), (0.25, 0.8)],
        [(0.45, 0.8), (0.45, 0.6), (0.57, 0.6), (0.57, 0.8)],
    ],
    "fish": [
        ring((0.43, 0.5), (0.25, 0.15)),
        [(0.68, 0.5), (0.85, 0.35), (0.85, 0.65), (0.68, 0.5)],
    ],
    "moon": [
        ring((0.5, 0.5), (0.32, 0.32), (-60, 240))[::-1],
        [(0.66, 0.22), (0.5, 0.35), (0.45, 0.55), (0.34, 0.78)],
    ],
    "flower": [
        ring((0.5, 0.3), (0.08, 0.08)),
        ring((0.36, 0.3), (0.07, 0.07)),
        ring((0.64, 0.3), (0.07, 0.07)),
        ring((0.5, 0.16), (0.07, 0.07)),
        ring((0.5, 0.44), (0.07, 0.07)),
        [(0.5, 0.5), (0.5, 0.85)],
    ],
    "tree": [[(0.5, 0.85), (0.5, 0.6)], [(0.3, 0.62), (0.5, 0.2), (0.7, 0.62), (0.3, 0.62)]],
    "person": [
        ring((0.5, 0.25), (0.09, 0.09)),
        [(0.5, 0.34), (0.5, 0.62)],
        [(0.3, 0.42), (0.7, 0.42)],
        [(0.36, 0.85), (0.5, 0.62), (0.64, 0.85)],
    ],
    "sun": [ring((0.5, 0.5), (0.15, 0.15))]
    + [
        [
            (0.5 + 0.22 * math.cos(a), 0.5 + 0.22 * math.sin(a)),
            (0.5 + 0.36 * math.cos(a), 0.5 + 0.36 * math.sin(a)),
        ]
        for a in (math.pi * i / 4 for i in range(8))
    ],
    "cup": [
        [(0.28, 0.3), (0.32, 0.78), (0.62, 0.78), (0.66, 0.3), (0.28, 0.3)],
        ring((0.66, 0.5), (0.14, 0.12), (-90, 90)),
    ],
    "bolt": [
        [
            (0.58, 0.15),
            (0.34, 0.52),
            (0.52, 0.52),
            (0.4, 0.87),
            (0.7, 0.42),
            (0.5, 0.42),
            (0.58, 0.15),
        ]
    ],
    "cloud": [
        ring((0.35, 0.55), (0.14, 0.12), (90, 300))
        + ring((0.5, 0.42), (0.16, 0.14), (180, 350))
        + ring((0.68, 0.55), (0.13, 0.12), (-80, 90))
        + [(0.35, 0.67)]
    ],
    "coil": [
        [
            (0.5 + 0.02 * i * math.cos(i / 2.2) * 0.5, 0.5 + 0.02 * i * math.sin(i / 2.2) * 0.5)
            for i in range(34)
        ]
    ],
    "K": [[(0.32, 0.2), (0.32, 0.8)], [(0.7, 0.2), (0.32, 0.52), (0.72, 0.8)]],
    "W": [[(0.15, 0.22), (0.32, 0.8), (0.5, 0.35), (0.68, 0.8), (0.85, 0.22)]],
    "N": [[(0.28, 0.8), (0.28, 0.2), (0.72, 0.8), (0.72, 0.2)]],
    "infinity": [[(0.5 + 0.35 * math.sin(t / 4), 0.5 + 0.2 * math.sin(t / 2)) for t in range(26)]],
    "ladder": [
        [(0.35, 0.15), (0.35, 0.85)],
        [(0.62, 0.15), (0.62, 0.85)],
        *([(0.35, y), (0.62, y)] for y in (0.3, 0.45, 0.6, 0.75)),
    ],
    "eye": [
        ring((0.5, 0.62), (0.36, 0.3), (-150, -30)),
        ring((0.5, 0.32), (0.36, 0.3), (30, 150)),
        ring((0.5, 0.47), (0.09, 0.1)),
    ],
    "envelope": [
        [(0.2, 0.32), (0.8, 0.32), (0.8, 0.7), (0.2, 0.7), (0.2, 0.32), (0.5, 0.55), (0.8, 0.32)]
    ],
}

LETTERS = "AEFHKMNPRVWXaehkmnw"
SIGNS = "&@#%?+*="
"""Of Pillow's font: what is like no digit."""

ONES: Mapping[str, Strokes] = {
    f"1, flag {across:.2f}x{down:.2f}{', foot' if foot else ''}": [
        [(0.52 - across, 0.2 + down), (0.52, 0.2), (0.52, 0.8)],
        *([[(0.4, 0.8), (0.64, 0.8)]] if foot else []),
    ]
    for across, down, foot in (
        (0.08, 0.08, 0),
        (0.12, 0.1, 0),
        (0.15, 0.15, 0),
        (0.18, 0.2, 0),
        (0.2, 0.17, 0),
        (0.22, 0.28, 0),
        (0.26, 0.26, 0),
        (0.12, 0.12, 1),
        (0.18, 0.18, 1),
        (0.1, 0.2, 0),
        (0.25, 0.34, 0),
    )
}
SEVENS: Mapping[str, Strokes] = {
    "7": [[(0.3, 0.22), (0.7, 0.22), (0.45, 0.8)]],
    "7 with a bar": [[(0.3, 0.22), (0.7, 0.22), (0.45, 0.8)], [(0.4, 0.5), (0.72, 0.5)]],
    "7 with a serif": [[(0.3, 0.3), (0.3, 0.22), (0.7, 0.22), (0.45, 0.8)]],
    "7, steep": [[(0.34, 0.22), (0.64, 0.22), (0.52, 0.8)]],
    "7, steep with a bar": [[(0.34, 0.22), (0.64, 0.22), (0.52, 0.8)], [(0.44, 0.52), (0.7, 0.5)]],
}


def slanted(strokes: Strokes, slant: float) -> Strokes:
    """``strokes`` leaning to the right by ``slant`` of their height."""
    return [[(x + slant * (0.5 - y), y) for x, y in stroke] for stroke in strokes]


def drawing(strokes: Sequence[Points], pen: int, seed: int = 0, side: int = PAD) -> Image.Image:
    """A pad with ``strokes``, dark on white, by a hand that shakes with ``seed``."""
    picture = Image.new("L", (side, side), 255)
    draw = ImageDraw.Draw(picture)
    rng = np.random.default_rng(seed)
    shake = 0.012 if seed else 0.0
    for stroke in strokes:
        points = [
            (side * (x + rng.normal(0, shake)), side * (y + rng.normal(0, shake)))
            for x, y in stroke
        ]
        draw.line(points, fill=20, width=pen, joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=20)
    return picture


def glyph(text: str, size: int = 180) -> Image.Image:
    """A sign of Pillow's own font."""
    picture = Image.new("L", (PAD, PAD), 255)
    ImageDraw.Draw(picture).text(
        (PAD / 2, PAD / 2), text, 20, ImageFont.load_default(size), anchor="mm"
    )
    return picture


def several(
    kinds: Mapping[str, Strokes], each: Callable[[Strokes], Strokes] = list
) -> dict[str, list[Image.Image]]:
    """Each of ``kinds`` by four pens, once by a steady hand and once by a shaky one."""
    return {
        name: [drawing(each(strokes), pen, seed) for pen in PENS for seed in (0, pen)]
        for name, strokes in kinds.items()
    }
