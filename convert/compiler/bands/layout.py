"""Where the rows of each band lie, and which bands are alike: from a schedule to loops."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from convert.compiler.bands.schedule import Work
from convert.compiler.program import Call, Keep, Loop

Band = tuple[Keep | Call, ...]


@dataclass
class Held:
    """What is there of a map between two parts."""

    bytes: int  # of a row
    first: int = 0  # row that lies at the top
    end: int = 0  # up to which they have been computed
    most: int = 0  # rows that were there at once


@dataclass
class Layout:
    """The calls of each band."""

    row_bytes: Sequence[int]  # of the chain's input, of what lies between, of its output
    variant: Callable[[int, Work], int]  # of a part, for what it has to do
    held: list[Held] = field(init=False)

    def __post_init__(self) -> None:
        self.held = [Held(size) for size in self.row_bytes[1:-1]]

    def band(self, work: Sequence[Work]) -> Band:
        """Rows that are needed again move up, new ones come behind them, part by part."""
        calls: list[Keep | Call] = []
        idle = len(self.row_bytes) - 1 - len(work)  # parts that have nothing to do any more
        for number, one in enumerate(work, idle):
            source, output = one.given.first, one.made.first
            if number > 0:
                source -= self.held[number - 1].first
            if number < len(self.held):
                calls += self._moved(number, work[number + 1 - idle].given.first, one)
                output -= self.held[number].first
            places = source * self.row_bytes[number], output * self.row_bytes[number + 1]
            calls.append(Call(number, self.variant(number, one), *places))
        return tuple(calls)

    def _moved(self, number: int, first: int, new: Work) -> list[Keep]:
        """Let a part's rows begin with ``first``, which is the next one's first."""
        held = self.held[number]
        gone, kept = first - held.first, max(0, held.end - first)
        held.first, held.end = first, new.made.end
        held.most = max(held.most, held.end - first)
        if not gone or not kept:
            return []
        return [Keep(number + 1, gone * held.bytes, kept * held.bytes)]


def loops(bands: Sequence[Band]) -> tuple[Loop, ...]:
    """Bands behind each other that differ by equal steps, as loops."""
    found: list[Loop] = []
    start = 0
    while start < len(bands):
        end, steps = start + 1, None
        while end < len(bands):
            more = _steps(bands[end - 1], bands[end])
            if more is None or steps not in (None, more):
                break
            end, steps = end + 1, more
        found.append(Loop(end - start, _stepped(bands[start], steps)))
        start = end
    return tuple(found)


def _steps(band: Band, after: Band) -> list[tuple[int, int]] | None:
    """From where a band reads and writes to where the next one does; None: they are not alike."""
    if len(band) != len(after):
        return None
    steps = []
    for one, other in zip(band, after, strict=True):
        if isinstance(one, Keep) or isinstance(other, Keep):
            steps.append((0, 0))
            is_alike = one == other
        else:
            steps.append((other.source - one.source, other.output - one.output))
            is_alike = (one.part, one.variant) == (other.part, other.variant)
        if not is_alike:
            return None
    return steps


def _stepped(band: Band, steps: Sequence[tuple[int, int]] | None) -> Band:
    """``band`` with its steps to the one behind it."""
    return tuple(
        replace(call, source_step=by[0], output_step=by[1]) if isinstance(call, Call) else call
        for call, by in zip(band, steps or [(0, 0)] * len(band), strict=True)
    )
