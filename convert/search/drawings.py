"""Pictures of a search: curves of accuracy against cost, networks in a line, parallel lines."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from convert.report.chart import Chart
from train import presets
from train.network import Layer, Network, layers
from train.search.record import Record, Row

_COSTS = ("instructions", "flash, bytes", "RAM, bytes")
_WORST = 12.0  # times the least error, beyond which a network is not drawn in a curve
_NAMES = {one.network.key(): one.name for one in presets.PRESETS.values()}


def curve(found: Record, cost: int, tests: Mapping[int, Any]) -> Markup:
    """Accuracy on the held-out part against one cost, with what is worth having as a line."""
    whole = [row for row in found.rows if row.is_whole]
    if not whole:
        return Markup("")
    least = min(1 - row.accuracy for row in whole)
    near = [row for row in whole if 1 - row.accuracy <= max(_WORST * least, 0.01)]
    costs = [row.costs[cost] for row in near]
    accuracies = [100 * row.accuracy for row in near]
    chart = Chart(
        f"Accuracy against {_COSTS[cost].split(',')[0]}",
        (0, max(costs) * 1.04),
        (min(accuracies) - 0.1, max(accuracies) + 0.15),
        (_COSTS[cost], "int8, held out, %"),
        size=(420, 300),
        signed=False,
    )
    best = [row for row in found.best(cost) if row in near]
    chart.line("int8", _steps([(row.costs[cost], 100 * row.accuracy) for row in best]))
    for row in near:
        kind = "worth" if row in best else "other"
        chart.parts.append(
            _dot(chart, row, cost, f"{kind}{' tested' if row.number in tests else ''}")
        )
    text = f"{len(near)} networks; {len(best)} of them are worth having for their {_COSTS[cost]}"
    # A picture must not hold links; a group may.
    return Markup(str(chart.render(text)).replace('role="img"', 'role="group"', 1))  # noqa: S704


def _steps(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """A line that only rises where a network stands."""
    found: list[tuple[float, float]] = []
    for x, y in points:
        if found:
            found.append((x, found[-1][1]))
        found.append((x, y))
    return found


def _dot(chart: Chart, row: Row, cost: int, kind: str) -> Markup:
    """A network, with what to read of it, and a link to its row of the table."""
    x, y = chart.at(row.costs[cost], 100 * row.accuracy)
    percent, line = f"{100 * row.accuracy:.2f} %", row.point.line()
    told = f"trial {row.number}: {percent}, {row.costs[cost]:,}: {line}"
    name = _NAMES.get(row.point.key(), "")
    label = '<text x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>'
    circle = '<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"><title>{}</title></circle>'
    kind, size = (f"{kind} preset", 5.0) if name else (kind, 3.6)
    dot = Markup(circle).format(kind, x, y, size, told)  # noqa: S704 - our own text
    words = Markup(label).format(x - 6, y - 5, name) if name else ""  # noqa: S704
    link = Markup('<a href="#t{}" aria-label="{}">{}</a>{}')
    return link.format(row.number, told, dot, words)


def network(point: Network) -> Markup:
    """``point`` in one line: what each layer gives, as high as its map, as wide as its channels."""
    shape = (28, 28, 1)
    boxes, x = [_box(0, shape, "input")], _wide(shape) + 4
    for layer in layers(point, shape, 10):
        if layer.op == "flatten":
            continue
        boxes.append(_box(x, layer.gives, _kind(layer)))
        x += _wide(layer.gives) + 4
    return Markup(
        '<svg class="line-of" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{}" '
        'width="{:.0f}" height="32" viewBox="0 0 {:.0f} 32">{}</svg>'
    ).format(point.line(), x, x, Markup("").join(boxes))


def _kind(layer: Layer) -> str:
    return {"conv": "conv", "depthwise": "depth", "dense": "dense"}.get(layer.op, "pool")


def _wide(shape: tuple[int, ...]) -> float:
    return 3 + 3 * math.log2(1 + shape[-1])


def _box(x: float, shape: tuple[int, ...], kind: str) -> Markup:
    high = 2 + max(shape[:2]) if len(shape) == 3 else 12
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}"/>').format(
        kind, x, 16 - high / 2, _wide(shape), high
    )


@dataclass(frozen=True)
class _Axis:
    """One of the upright lines."""

    title: str
    value: Callable[[Row], Any]
    log: bool = False
    words: tuple[str, ...] = field(default=())  # in their order, where values are words

    def place(self, row: Row) -> float:
        """Where a row's value lies, on a scale of this axis' own."""
        value = self.value(row)
        if self.words:
            return float(self.words.index(value))
        return math.log10(max(1, value)) if self.log else float(value)

    def shown(self, place: float) -> str:
        """What stands at its ends."""
        value = 10**place if self.log else place
        return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:.2f}"


def _axes(rows: Sequence[Row]) -> list[_Axis]:
    def kernel(row: Row) -> str:
        return "x".join(map(str, row.point.blocks[0].kernel))

    return [
        _Axis("blocks", lambda row: len(row.point.blocks)),
        _Axis("input shrunk by", lambda row: row.point.shrink),
        _Axis("first kernel", kernel, words=tuple(sorted({kernel(row) for row in rows}))),
        _Axis("first channels", lambda row: row.point.blocks[0].channels),
        _Axis("first stride", lambda row: row.point.blocks[0].stride),
        _Axis("last channels", lambda row: row.point.blocks[-1].channels),
        _Axis("head", lambda row: row.point.head, words=("average", "max", "dense")),
        _Axis("hidden", lambda row: row.point.hidden),
        _Axis("RAM", lambda row: row.cost.ram, log=True),
        _Axis("flash", lambda row: row.cost.flash, log=True),
        _Axis("instructions", lambda row: row.cost.instructions, log=True),
        _Axis("first rung, %", lambda row: 100 * row.rungs[0]),
    ]


def parallel(found: Record, best: set[int]) -> Markup:
    """A line for each trained network through its parts and costs; those worth having stand out."""
    rows = sorted(found.rows, key=lambda row: row.number in best)
    if not rows:
        return Markup("")
    axes, wide, high, top = _axes(rows), 92, 230, 40
    paths, parts = [[] for _ in rows], []  # type: list[list[str]], list[Markup]
    for number, axis in enumerate(axes):
        places = [axis.place(row) for row in rows]
        low, most = min(places), max(places)
        x = 40 + number * wide
        for path, place in zip(paths, places, strict=True):
            share = (place - low) / (most - low) if most > low else 0.5
            path.append(f"{x} {top + high * (1 - share):.1f}")
        parts.append(_upright(axis, x, (top, top + high), (low, most)))
    drawn = [
        Markup('<path class="{}" d="M{}"><title>trial {}</title></path>').format(
            "worth" if row.number in best else "other", "L".join(path), row.number
        )
        for row, path in zip(rows, paths, strict=True)
    ]
    width = 80 + (len(axes) - 1) * wide
    return Markup(
        '<svg class="parallel" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{}" '
        'width="{}" height="300" viewBox="0 0 {} 300">{}{}</svg>'
    ).format(
        f"{len(rows)} networks, by their parts, costs and accuracy on the first rung",
        width, width, Markup("").join(drawn), Markup("").join(parts),
    )  # fmt: skip


def _upright(axis: _Axis, x: int, y: tuple[int, int], ends: tuple[float, float]) -> Markup:
    if axis.words:
        bottom, top = (axis.words[int(end)] for end in ends)
    else:
        bottom, top = map(axis.shown, ends)
    line = Markup('<path class="axis" d="M{} {}V{}"/>').format(x, *y)
    text = Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>')
    title = Markup('<text class="title" x="{}" y="14" text-anchor="middle">{}</text>')
    ends_told = text.format(x, y[0] - 8, top) + text.format(x, y[1] + 16, bottom)
    return line + title.format(x, axis.title) + ends_told
