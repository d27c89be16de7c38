"""The arena over time as a picture: boxes of bytes (up) that hold something for some steps (right).

Each box has its name where there is room, and its number, which the table has too, where not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from convert.report.chart import ticks
from convert.report.plots import picture

Json = Mapping[str, Any]

_LEFT, _TOP, _BOTTOM, _HEIGHT = 56, 22, 36, 300
_WIDE, _NARROW = 620, 46  # of all steps together at least, and of one
_LINE, _LETTER = 11, 5.6  # height and width of a letter
_SCRATCH = {"sums": "32-bit sums", "window": "window"}


@dataclass(frozen=True)
class Box:
    """A rectangle, in pixels."""

    left: float
    top: float
    width: float
    height: float

    def meets(self, other: "Box") -> bool:
        """Whether the two overlap."""
        return (
            self.left < other.left + other.width
            and other.left < self.left + self.width
            and self.top < other.top + other.height
            and other.top < self.top + self.height
        )


def draw(part: Json, steps: Sequence[Json]) -> Markup:
    """``part`` is ``costs.arena`` of the report, ``steps`` its steps; their peak is marked."""
    column = max(_NARROW, _WIDE / len(steps))
    width = round(_LEFT + column * len(steps) + 4)
    peak = max(range(len(steps)), key=lambda n: (steps[n]["ram"], -n))
    boxes = [_box(buffer, part["bytes"], column) for buffer in part["buffers"]]
    parts = [_peak(peak, steps[peak]["ram"], part["bytes"], column)]
    parts += [_axis(part["bytes"], width)]
    parts += [
        _rectangle(box, buffer["holds"]) for box, buffer in zip(boxes, part["buffers"], strict=True)
    ]
    parts += _labels(boxes, [buffer["holds"] for buffer in part["buffers"]])
    parts += [_step(n, column, is_peak=n == peak) for n in range(len(steps))]
    text = (
        f"The arena of {part['bytes']:,} bytes over {len(steps)} steps; the peak, "
        f"{steps[peak]['ram']:,} bytes, is at step {peak}; the table has each buffer"
    )
    return picture((width, _TOP + _HEIGHT + _BOTTOM), text, parts)


def _box(buffer: Json, total: int, column: float) -> Box:
    scale = _HEIGHT / total
    height = max(1.5, buffer["bytes"] * scale)
    return Box(
        _LEFT + column * buffer["first"] + 2,
        _TOP + _HEIGHT - buffer["offset"] * scale - height,
        column * (buffer["last"] - buffer["first"] + 1) - 4,
        height,
    )


def _rectangle(box: Box, holds: str) -> Markup:
    kind = "scratch" if holds in _SCRATCH else "int8 filled"
    return Markup(
        '<rect class="{} box" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
    ).format(kind, box.left, box.top, box.width, box.height)


def _labels(boxes: Sequence[Box], holds: Sequence[str]) -> list[Markup]:
    """A text in each box that no other text lies on: number and name, else the number."""
    placed: list[Box] = []
    parts = []
    for number, (box, name) in enumerate(zip(boxes, holds, strict=True), 1):
        texts = f"{number} {_SCRATCH.get(name, name)}", f"{number}"
        text, place = _place(texts, box, placed)
        placed.append(place)
        parts.append(
            Markup('<text x="{:.1f}" y="{:.1f}">{}</text>').format(
                place.left, place.top + _LINE - 2, text
            )
        )
    return parts


def _place(texts: Sequence[str], box: Box, placed: Sequence[Box]) -> tuple[str, Box]:
    """The longest text that finds room, and where; the last of ``texts`` is put in any case."""
    tall = box.height >= _LINE
    for text in texts:
        width = _LETTER * len(text)
        if width > box.width - 4:
            continue
        tops = [box.top + 1 + n * _LINE for n in range(int(box.height // _LINE))]
        tops = tops if tall else [box.top - _LINE, box.top + box.height]
        for top in tops:
            for left in (box.left + 3, box.left + (box.width - width) / 2,
                         box.left + box.width - width - 3):  # fmt: skip
                place = Box(left, top, width, _LINE)
                if not any(place.meets(other) for other in placed):
                    return text, place
    return texts[-1], Box(box.left + 3, box.top, _LETTER * len(texts[-1]), _LINE)


def _peak(step: int, ram: int, total: int, column: float) -> Markup:
    """The column of the step that needs most, and a line at that many bytes."""
    left, top = _LEFT + column * step, _TOP + _HEIGHT * (1 - ram / total)
    right = _LEFT + column * step + column / 2 > 400
    return Markup(
        '<rect class="peak" x="{0:.1f}" y="{1}" width="{2:.1f}" height="{3}"/>'
        '<path class="line mark" d="M{0:.1f} {4:.1f}h{2:.1f}"/>'
        '<text class="title" x="{5:.1f}" y="13" text-anchor="{6}">peak: {7:,} bytes</text>'
    ).format(
        left, _TOP, column, _HEIGHT, top,
        left + column if right else left, "end" if right else "start", ram,
    )  # fmt: skip


def _step(number: int, column: float, *, is_peak: bool) -> Markup:
    return Markup('<text x="{:.1f}" y="{}" text-anchor="middle"{}>{}{}</text>').format(
        _LEFT + column * (number + 0.5),
        _TOP + _HEIGHT + 14,
        Markup(' class="title"') if is_peak else "",
        "step " if column > 60 else "",
        number,
    )


def _axis(total: int, width: int) -> Markup:
    parts = [
        Markup(
            '<path class="grid" d="M{0} {1:.1f}H{2}"/>'
            '<text x="{3}" y="{4:.1f}" text-anchor="end">{5:,}</text>'
        ).format(_LEFT, y, width - 4, _LEFT - 5, y + 3, round(value))
        for value in ticks(0, total, 6)
        for y in [_TOP + _HEIGHT * (1 - value / total)]
    ]
    words = Markup(
        '<text transform="translate(10 {}) rotate(-90)" text-anchor="middle">byte of the arena'
        '</text><text x="{:.0f}" y="{}" text-anchor="middle">steps of the C, in order</text>'
    ).format(_TOP + _HEIGHT / 2, (_LEFT + width) / 2, _TOP + _HEIGHT + 30)
    return Markup("").join([*parts, words])
