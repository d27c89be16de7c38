"""The network as a picture: a block for each operator in the order of execution, top to bottom.

What is read by the next block flows down; what is read later, a branch, goes by a lane at the
right. So any network fits on a phone, however its branches run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

Json = Mapping[str, Any]

_WIDTH = 300  # of a block; lanes come on top
_HEIGHT, _GAP = 34, 14
_LANE = 11
_QUIET = frozenset(
    ("RESHAPE", "QUANTIZE", "DEQUANTIZE", "PAD", "TRANSPOSE", "SQUEEZE", "EXPAND_DIMS", "CAST")
)
"""Operators that move or rescale values: drawn in grey."""


@dataclass(frozen=True)
class Branch:
    """Something that is read further down than by the next block."""

    start: int  # row of the block that gives it
    ends: tuple[int, ...]  # rows of those that read it, rising

    @property
    def last(self) -> int:
        """The row of its last reader."""
        return self.ends[-1]


def draw(network: Json, macs: Mapping[int, int]) -> Markup:
    """``network`` as ``network.describe`` gives it; ``macs`` by operator, where they are known."""
    rows = _rows(network)
    links = _links(network)
    lanes = _lanes(_branches(links))
    width = _WIDTH + 2 + _LANE * (1 + max(lanes.values(), default=-1)) + (6 if lanes else 0)
    most = max(macs.values(), default=0)
    shares = {at + len(network["inputs"]): count / most for at, count in macs.items() if most}
    parts = [_block(row, text, shares.get(row)) for row, text in enumerate(rows)]
    parts += [_down(end) for start, end in links if end == start + 1]
    parts += [_round(branch, lane) for branch, lane in lanes.items()]
    text = (
        f"The network from input to output: {len(network['operators'])} operators, "
        f"{len(lanes)} {'branch' if len(lanes) == 1 else 'branches'}; the table has each"
    )
    return Markup(
        '<svg class="network" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{}" '
        'width="{}" height="{}" viewBox="0 0 {} {}">{}</svg>'
    ).format(text, *2 * (width, len(rows) * (_HEIGHT + _GAP) - _GAP + 2), Markup("").join(parts))


def _rows(network: Json) -> list[tuple[str, str, str, str]]:
    """Of each block: its kind, its name, what is said of it, its shape."""
    inputs = [("input", "input", _border(one), one) for one in network["inputs"]]
    nodes = [
        ("quiet" if one["op"] in _QUIET else "op", one["op"], _told(one), one)
        for one in network["operators"]
    ]
    outputs = [("output", "output", _border(one), one) for one in network["outputs"]]
    return [
        (kind, _cut(name, 26), _cut(told, 46), "\u00d7".join(map(str, _shape(one, kind))))
        for kind, name, told, one in (*inputs, *nodes, *outputs)
    ]


def _border(one: Json) -> str:
    return f"{one['dtype'].lower()}, {one['name']}"


def _shape(one: Json, kind: str) -> Sequence[int]:
    """Without the batch."""
    return one["shape"][1:] or one["shape"] if kind in ("input", "output") else one["shape"]


def _told(one: Json) -> str:
    weights = f"{one['weights']:,} weights" if one["weights"] else ""
    return ", ".join(part for part in (one["name"], one["activation"], weights) if part)


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def _links(network: Json) -> list[tuple[int, int]]:
    """Rows of what gives and what reads: inputs first, then operators, then outputs."""
    inputs, nodes = len(network["inputs"]), network["operators"]

    def row(source: int) -> int:
        return inputs + source if source >= 0 else -1 - source

    links = [(row(source), inputs + n) for n, one in enumerate(nodes) for source in one["reads"]]
    bottom = inputs + len(nodes)
    links += [(row(one["from"]), bottom + n) for n, one in enumerate(network["outputs"])]
    return links


def _branches(links: Sequence[tuple[int, int]]) -> list[Branch]:
    ends: dict[int, list[int]] = {}
    for start, end in links:
        if end > start + 1:
            ends.setdefault(start, []).append(end)
    return [Branch(start, tuple(sorted(rows))) for start, rows in sorted(ends.items())]


def _lanes(branches: Sequence[Branch]) -> dict[Branch, int]:
    """A lane, from 0 next to the blocks, for each: those alive together have different ones."""
    found: dict[Branch, int] = {}
    for branch in branches:
        taken = {lane for other, lane in found.items() if other.last > branch.start}
        found[branch] = next(n for n in range(len(branches)) if n not in taken)
    return found


def _top(row: int) -> int:
    return 1 + row * (_HEIGHT + _GAP)


def _block(row: int, text: tuple[str, str, str, str], share: float | None) -> Markup:
    """A box, the tint of which says how large its share of the work is."""
    kind, name, told, shape = text
    top = _top(row)
    tint = Markup(' style="--share:{:.2f}"').format(0.06 + 0.4 * share) if share else ""
    return Markup(
        '<g class="{}"{}><rect x="1" y="{}" width="{}" height="{}" rx="6"/>'
        '<text x="10" y="{}" class="name">{}</text><text x="{}" y="{}" class="shape">{}</text>'
        '<text x="10" y="{}" class="told">{}</text></g>'
    ).format(
        kind, tint, top, _WIDTH - 2, _HEIGHT,
        top + 14, escape(name), _WIDTH - 10, top + 14, shape, top + 28, escape(told),
    )  # fmt: skip


def _down(row: int) -> Markup:
    middle, end = _WIDTH // 2, _top(row)
    start = end - _GAP
    return Markup('<path d="M{0} {1}V{2}m-4 -5l4 5l4 -5"/>').format(middle, start, end)


def _round(branch: Branch, lane: int) -> Markup:
    """From the side of a block down its lane, with an arrow into each that reads it."""
    start = _top(branch.start) + _HEIGHT - 9
    side, out = _WIDTH - 1, _WIDTH + 8 + _LANE * lane
    path = f"M{side} {start}H{out}V{_top(branch.last) + 9}"
    for end in branch.ends:
        into = _top(end) + 9
        path += f"M{out} {into}H{side}m5 -4l-5 4l5 4"
    return Markup('<path class="branch" d="{}"/>').format(path)
