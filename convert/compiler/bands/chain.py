"""Steps behind each other as one that runs in bands of rows, so that what lies between never is.

Each part is the kernel that would take the whole image, called for some rows: it is lowered anew
for an image of so many rows, with padding above or below where the band lies at the border.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from convert.compiler.bands.layout import Layout, loops
from convert.compiler.bands.schedule import Work, cut, schedule, sweep
from convert.compiler.ir import Node, Tensor
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.program import CTYPES, Bands, Buffer, Keep, Step, Table
from convert.compiler.targets.candidates import candidates
from convert.compiler.targets.options import Options

_ALIGNMENT = 4  # bytes; of what lies between, so that its rows move by the word
_WORD, _BYTE = 1.25, 5.0  # instructions to move a byte of whole words, or a single one
_CALL = 15  # to move rows at all

Shape = tuple[object, ...]
"""Of some rows' work: how many they are, and how much padding there is."""


@dataclass
class Link:
    """A group of nodes that can be part of a chain, and what computes some of its rows."""

    site: LoweringContext
    options: Options
    _shapes: dict[Work, Shape] = field(default_factory=dict)
    _found: dict[Shape, dict[str, Step]] = field(default_factory=dict)

    @property
    def source(self) -> Tensor:
        """The images that it reads."""
        return self.site.group[0].input

    @property
    def output(self) -> Tensor:
        """Those that it makes."""
        return self.site.group[-1].output

    def shape(self, work: Work) -> Shape:
        """What tells ``work`` from other work that needs another struct."""
        if work not in self._shapes:
            nodes = cut(self.site.group, work.made)
            above = [sweep(node).window(node).before for node in nodes]
            rows = [(node.input.shape[1], node.output.shape[1]) for node in nodes]
            self._shapes[work] = (*above, *rows)
            if self._shapes[work] not in self._found:
                self._found[self._shapes[work]] = self._lowered(nodes)
        return self._shapes[work]

    def variant(self, kernel: str, shape: Shape) -> Step | None:
        """The call of ``kernel`` for work of some shape; None: it cannot do that."""
        return self._found[shape].get(kernel)

    def _lowered(self, nodes: Sequence[Node]) -> dict[str, Step]:
        """The calls of single kernels that compute ``nodes``, some rows of the group."""
        site = replace(self.site, group=nodes, place=_rows)
        ways = candidates(site, self.options.target, self.options.optimize)
        return {way[0].kernel: way[0] for way in ways if len(way) == 1}


def _rows(tensor: Tensor) -> Buffer:
    """Some rows, as large as they are; where they lie is the chain's to say."""
    return Buffer(f"t{tensor.number}", tensor.bytes, CTYPES[tensor.dtype])


class _Variants:
    """The different calls that a chain makes of each kernel."""

    def __init__(self, links: Sequence[Link], kernels: Sequence[str]) -> None:
        self.links, self.kernels = links, kernels
        self.shapes: list[list[Shape]] = [[] for _ in links]
        self.steps: list[list[Step]] = [[] for _ in links]
        self.is_possible = True

    def number(self, part: int, work: Work) -> int:
        """Which of a part's variants does ``work``."""
        shape = self.links[part].shape(work)
        if shape not in self.shapes[part]:
            step = self.links[part].variant(self.kernels[part], shape)
            if step is None:
                self.is_possible = False
                return 0
            self.shapes[part].append(shape)
            self.steps[part].append(step)
        return self.shapes[part].index(shape)

    def tables(self) -> tuple[Table, ...] | None:
        """The tables of all, each once; None: some are laid out by the height of the image."""
        found: dict[str, Table] = {}
        for table in itertools.chain(*(step.tables for step in itertools.chain(*self.steps))):
            known = found.setdefault(table.name, table)
            if not np.array_equal(known.values, table.values):
                return None
        return tuple(found.values())


def chain(links: Sequence[Link], kernels: Sequence[str], height: int) -> Step | None:
    """The chain of ``links`` by these kernels, in bands of ``height`` rows; None: it cannot be."""
    maps = [links[0].source, *(link.output for link in links)]
    variants = _Variants(links, kernels)
    layout = Layout([one.bytes // one.shape[1] for one in maps], variants.number)
    work = list(schedule([link.site.group for link in links], height))
    bands = [layout.band(one) for one in work]
    tables = variants.tables() if variants.is_possible else None
    if tables is None:
        return None
    name = f"op{links[0].site.group[0].index}"
    rows = tuple(
        Buffer(
            f"{name}_rows{n}", held.most * held.bytes, CTYPES[maps[n].dtype], alignment=_ALIGNMENT
        )
        for n, held in enumerate(layout.held, 1)
    )
    parts = tuple(map(tuple, variants.steps))
    done = Bands(parts, rows, loops(bands), height, maps[-1].shape[1])
    return _step(links, done, tables, _lead(work, layout.row_bytes))


def _step(links: Sequence[Link], bands: Bands, tables: tuple[Table, ...], lead: int) -> Step:
    """The chain as a step among others."""
    every = list(itertools.chain(*bands.parts))
    first, last = links[0].site, links[-1].site
    nodes = tuple(itertools.chain(*(link.site.group for link in links)))
    whole = replace(first, group=nodes)
    patches = [step.scratch for step in every if step.scratch]
    patch = None
    if patches:
        size, alignment = (max(getattr(p, of) for p in patches) for of in ("size", "alignment"))
        patch = Buffer(f"{first.name}_patch", size, alignment=alignment)
    return whole.step(
        ", ".join(part[0].kernel for part in bands.parts),
        {},
        tables,
        output=last.group[-1].output,
        macs=sum(step.macs for step in _calls(bands)),
        instructions=sum(step.instructions for step in _calls(bands)) + _moves(bands),
        why=f"in bands of {bands.height} rows; what lies between never exists whole",
        scratch=patch,
        scratch_words=max(step.scratch_words for step in every),
        lead=lead,
        bands=bands,
        note=_note(links, bands),
    )


def _note(links: Sequence[Link], bands: Bands) -> str:
    """What the header says."""
    numbers = [str(node.index) for link in links for node in link.site.group]
    maps = " and ".join(str(list(link.output.shape[1:])) for link in links[:-1])
    return (
        f"operators {', '.join(numbers[:-1])} and {numbers[-1]} run in bands of {bands.height} "
        f"rows: what lies between, {maps}, never exists whole"
    )


def _calls(bands: Bands) -> Iterator[Step]:
    """Every call, as often as it is made."""
    for loop in bands.loops:
        for call in loop.calls:
            if not isinstance(call, Keep):
                yield from [bands.parts[call.part][call.variant]] * loop.count


def _moves(bands: Bands) -> int:
    """Instructions that move rows, estimated."""
    total = 0.0
    for loop in bands.loops:
        for move in loop.calls:
            if isinstance(move, Keep):
                whole = move.count // 4 * 4 if move.start % 4 == 0 else 0
                each = _CALL + _WORD * whole + _BYTE * (move.count - whole)
                total += loop.count * each
    return round(total)


def _lead(work: Sequence[Sequence[Work]], row_bytes: Sequence[int]) -> int:
    """Bytes by which the output must start before the input so that no byte is lost.

    A band's outputs are written behind its last reading; what later bands read must last.
    """
    reading = [band[0].given if len(band) == len(row_bytes) - 1 else None for band in work]
    read = max(rows.end for rows in reading if rows) * row_bytes[0]
    leads = []
    for band, rows in zip(reversed(work), reversed(reading), strict=True):
        leads.append(band[-1].made.end * row_bytes[-1] - read)
        read = rows.first * row_bytes[0] if rows else read
    return max(leads)
