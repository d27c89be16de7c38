"""Small line, bar and dot charts as SVG by hand: a tenth of what a plotting library writes.

Colours are classes of the page's style sheet, so that a chart follows the theme.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from markupsafe import Markup

_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 8, 24, 34
_LEAST = 0.7


@dataclass
class Chart:
    """Axes with what is drawn in them; x and y in the units of the data."""

    title: str
    x: tuple[float, float]  # range
    y: tuple[float, float]
    labels: tuple[str, str]  # of the axes
    size: tuple[int, int] = (317, 220)  # CSS pixels
    parts: list[Markup] = field(default_factory=list)
    legend: list[tuple[str, str]] = field(default_factory=list)  # class, text
    log: bool = False  # whether y is, from 0.7 up: for counts, of which one is to be seen
    marks: Sequence[float] | None = None  # where numbers stand on the x axis; None: at round ones
    signed: bool = True  # whether the x axis shows the sign of its numbers

    def __post_init__(self) -> None:
        self.x, self.y = _wide(self.x), _wide(self.y)
        if self.log:
            self.y = math.log10(_LEAST), math.log10(max(self.y[1], 10 * _LEAST))

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point lies in the picture, in pixels."""
        width, height = self.size
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        y = math.log10(max(y, _LEAST)) if self.log else y
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return (
            _LEFT + across * (width - _LEFT - _RIGHT),
            height - _BOTTOM - up * (height - _TOP - _BOTTOM),
        )

    def line(self, kind: str, points: Sequence[tuple[float, float]]) -> None:
        """A line through ``points``; ``kind`` is a class of the style sheet."""
        if not points:
            return
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in (self.at(*point) for point in points))
        self.parts.append(Markup('<path class="line {}" d="M{}"/>').format(kind, path))

    def dots(self, kind: str, points: Sequence[tuple[float, float]]) -> None:
        """A dot at each of ``points``."""
        path = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in (self.at(*point) for point in points))
        self.parts.append(Markup('<path class="dots {}" d="{}"/>').format(kind, path))

    def steps(self, kind: str, low: float, high: float, counts: Sequence[float]) -> None:
        """A histogram from ``low`` to ``high``, as an area or, where the class says so, a line."""
        width = (high - low) / len(counts)
        path = "M{:.1f} {:.1f}".format(*self.at(low, 0))
        for n, count in enumerate(counts):
            right, top = self.at(low + (n + 1) * width, count)
            path += f"V{top:.1f}H{right:.1f}"
        path += f"V{self.at(high, 0)[1]:.1f}"
        self.parts.append(Markup('<path class="steps {}" d="{}"/>').format(kind, path))

    def mark(self, x: float, text: str) -> None:
        """A line from bottom to top, with what it stands for."""
        place, top = self.at(x, 0)[0], _TOP
        bottom = self.size[1] - _BOTTOM
        side = "end" if place > self.size[0] * 0.6 else "start"
        shift = -4 if side == "end" else 4
        self.parts.append(
            Markup(
                '<path class="line mark" d="M{0:.1f} {1:.1f}V{2}"/>'
                '<text x="{3:.1f}" y="{4:.1f}" text-anchor="{5}">{6}</text>'
            ).format(place, top, bottom, place + shift, top + 11, side, text)
        )

    def render(self, text: str) -> Markup:
        """The picture; ``text`` is read out for it."""
        width, height = self.size
        return Markup(
            '<svg class="chart" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{}" '
            'width="{}" height="{}" viewBox="0 0 {} {}">{}{}{}</svg>'
        ).format(text, *2 * (width, height), self._axes(), Markup("").join(self.parts), self._key())

    def _axes(self) -> Markup:
        width, height = self.size
        bottom, parts = height - _BOTTOM, []
        across = ticks(*self.x, 5) if self.marks is None else self.marks
        for value in across:
            x = self.at(value, 0)[0]
            parts.append(
                Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                    x, bottom + 13, number(value if self.signed else abs(value), _step(across))
                )
            )
        levels = self._levels()
        for value in levels:
            y = self.at(self.x[0], value)[1]
            parts.append(
                Markup(
                    '<path class="grid" d="M{} {:.1f}H{}"/>'
                    '<text x="{}" y="{:.1f}" text-anchor="end">{}</text>'
                ).format(_LEFT, y, width - _RIGHT, _LEFT - 4, y + 3, number(value, _step(levels)))
            )
        frame = Markup('<path class="frame" d="M{} {}V{}H{}"/>').format(
            _LEFT, _TOP, bottom, width - _RIGHT
        )
        words = Markup(
            '<text class="title" x="2" y="12">{}</text>'
            '<text x="{}" y="{}" text-anchor="middle">{}</text>'
            '<text transform="translate(10 {}) rotate(-90)" text-anchor="middle">{}</text>'
        ).format(
            self.title, (_LEFT + width) / 2, height - 5, self.labels[0],
            (_TOP + bottom) / 2, self.labels[1],
        )  # fmt: skip
        return Markup("").join([*parts, frame, words])

    def _levels(self) -> list[float]:
        """Where numbers stand on the y axis."""
        if not self.log:
            return ticks(*self.y, 4)
        tens = range(math.floor(self.y[1]) + 1)
        return [10**n for n in tens if n % (1 + len(tens) // 6) == 0]

    def _key(self) -> Markup:
        place, parts = float(self.size[0] - _RIGHT), []
        for kind, text in reversed(self.legend):
            place -= 6.2 * len(text) + 20
            parts.append(
                Markup(
                    '<path class="key {}" d="M{:.0f} 8h10"/><text x="{:.0f}" y="12">{}</text>'
                ).format(kind, place, place + 13, text)
            )
        return Markup("").join(parts)


def _wide(limits: tuple[float, float]) -> tuple[float, float]:
    """A range that is not empty, so that it can be drawn."""
    low, high = limits
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from ``low`` to ``high``, at most about ``most`` of them."""
    rough = (high - low) / most
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


def number(value: float, step: float) -> str:
    """A tick's number, with as many digits as tell it from one that is ``step`` away."""
    for power, sign in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= 10 * power or (abs(value) >= power and value % power == 0):
            return f"{value / power:.4g}{sign}".replace("-", "\N{MINUS SIGN}")
    digits = max(0, 1 - math.floor(math.log10(step))) if step else 4
    shown = f"{value:.{digits}f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return shown.replace("-", "\N{MINUS SIGN}")


def _step(values: Sequence[float]) -> float:
    """How far the nearest two of ``values`` are apart; 0: there are no two."""
    return min((abs(b - a) for a, b in pairwise(values)), default=0)
