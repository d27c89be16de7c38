"""Which kernel each operator gets: the fastest or smallest, within limits of flash and RAM."""

from collections.abc import Callable, Sequence

from convert.compiler.overlap import reuse
from convert.compiler.plan import plan
from convert.compiler.program import Program, Step
from convert.compiler.targets import Optimize, Options
from runtime.errors import ModelError

_PADDING, _PADDING_BYTES = 0.05, 128
"""What more of flash, as a share and in bytes, --optimize size takes for a faster kernel: weights
that are padded to whole words or vectors."""

Way = tuple[Step, ...]
"""The calls that compute a group of nodes, in one of several ways."""
Finish = Callable[[Sequence[Way]], Program]
"""Makes a program of one way for each group."""


def select(ways: Sequence[Sequence[Way]], finish: Finish, options: Options) -> Program:
    """The program of the best way for each group; raises ModelError when the limits cannot be met.

    While a limit is exceeded, the exchange of one way that costs the fewest instructions for each
    byte that it saves is made.
    """
    chosen = [best(group, options.optimize) for group in ways]
    while True:
        program = finish(chosen)
        flash, ram = program.flash, arena(program)
        over_flash = options.max_flash is not None and flash > options.max_flash
        over_ram = options.max_ram is not None and ram > options.max_ram
        if not over_flash and not over_ram:
            return program
        saved = _flash if over_flash else _scratch
        exchange = _cheapest(ways, chosen, saved)
        if exchange is None:
            what, need = ("flash", flash) if over_flash else ("RAM", ram)
            limit = options.max_flash if over_flash else options.max_ram
            raise ModelError(
                f"the model needs {need:,} bytes of {what} at least, {limit:,} allowed"
            )
        number, way = exchange
        chosen[number] = way


def best(ways: Sequence[Way], optimize: Optimize) -> Way:
    """The fastest of ``ways``; for size, of those that need hardly more flash than the smallest."""
    if optimize is Optimize.SIZE:
        most = min(map(_flash, ways)) * (1 + _PADDING) + _PADDING_BYTES
        ways = [way for way in ways if _flash(way) <= most]
    return min(ways, key=lambda way: (instructions(way), _flash(way)))


def instructions(way: Way) -> int:
    """Instructions that a way takes, estimated."""
    return sum(step.instructions for step in way)


def arena(program: Program) -> int:
    """Bytes of RAM that a program needs."""
    return plan(reuse(program)).size + 4 * program.sums


def _flash(way: Way) -> int:
    return sum(step.flash for step in way)


def _scratch(way: Way) -> int:
    return sum(4 * step.sums + (step.patch.size if step.patch else 0) for step in way)


def _cheapest(
    ways: Sequence[Sequence[Way]], chosen: Sequence[Way], bytes_of: Callable[[Way], int]
) -> tuple[int, Way] | None:
    """The exchange with the fewest more instructions for each byte less; None: there is none."""
    found = []
    for number, (group, now) in enumerate(zip(ways, chosen, strict=True)):
        for way in group:
            less = bytes_of(now) - bytes_of(way)
            if less > 0:
                found.append(((instructions(way) - instructions(now)) / less, number, way))
    if not found:
        return None
    _, number, way = min(found, key=lambda row: row[:2])
    return number, way
