"""Which kernel each operator gets: the fastest or smallest, within limits of flash and RAM."""

from collections.abc import Callable, Sequence

from convert.compiler.memory.overlap import reuse
from convert.compiler.memory.plan import plan
from convert.compiler.program import Program, Step
from convert.compiler.targets.options import Optimize, Options
from runtime.errors import ModelError

_PADDING, _PADDING_BYTES = 0.05, 128
"""What more of flash, as a share and in bytes, --optimize size takes for a faster kernel: weights
that are padded to whole words or vectors."""

Candidate = tuple[Step, ...]
"""The calls that compute a group of nodes, in one way of several."""
Finish = Callable[[Sequence[Candidate]], Program]
"""Makes a program of one candidate for each group."""


def select(candidates: Sequence[Sequence[Candidate]], finish: Finish, options: Options) -> Program:
    """The program of the best candidate for each group; raises ModelError when the limits cannot be met.

    While a limit is exceeded, the exchange of one candidate that costs the fewest instructions for each
    byte that it saves is made.
    """
    chosen = [best(group, options.optimize) for group in candidates]
    while True:
        program = finish(chosen)
        flash, ram = program.flash, arena(program)
        over_flash = options.max_flash is not None and flash > options.max_flash
        over_ram = options.max_ram is not None and ram > options.max_ram
        if not over_flash and not over_ram:
            return program
        saved = _flash if over_flash else _scratch
        exchange = _cheapest(candidates, chosen, saved)
        if exchange is None:
            what, need = ("flash", flash) if over_flash else ("RAM", ram)
            limit = options.max_flash if over_flash else options.max_ram
            raise ModelError(
                f"the model needs {need:,} bytes of {what} at least, {limit:,} allowed"
            )
        number, candidate = exchange
        chosen[number] = candidate


def best(candidates: Sequence[Candidate], optimize: Optimize) -> Candidate:
    """The fastest of ``candidates``; for size, of those that need hardly more flash than the smallest."""
    if optimize is Optimize.SIZE:
        most = min(map(_flash, candidates)) * (1 + _PADDING) + _PADDING_BYTES
        candidates = [candidate for candidate in candidates if _flash(candidate) <= most]
    return min(candidates, key=lambda candidate: (instructions(candidate), _flash(candidate)))


def instructions(candidate: Candidate) -> int:
    """Instructions that a candidate takes, estimated."""
    return sum(step.instructions for step in candidate)


def arena(program: Program) -> int:
    """Bytes of RAM that a program needs."""
    return plan(reuse(program)).size + 4 * program.scratch_words


def _flash(candidate: Candidate) -> int:
    return sum(step.flash for step in candidate)


def _scratch(candidate: Candidate) -> int:
    return sum(
        4 * step.scratch_words + (step.scratch.size if step.scratch else 0) for step in candidate
    )


def _cheapest(
    candidates: Sequence[Sequence[Candidate]],
    chosen: Sequence[Candidate],
    bytes_of: Callable[[Candidate], int],
) -> tuple[int, Candidate] | None:
    """The exchange with the fewest more instructions for each byte less; None: there is none."""
    found = []
    for number, (group, now) in enumerate(zip(candidates, chosen, strict=True)):
        for candidate in group:
            less = bytes_of(now) - bytes_of(candidate)
            if less > 0:
                found.append(
                    ((instructions(candidate) - instructions(now)) / less, number, candidate)
                )
    if not found:
        return None
    _, number, candidate = min(found, key=lambda row: row[:2])
    return number, candidate
