"""Which kernel each operator gets: the fastest or smallest, within limits of flash and RAM.

Where RAM is asked for, groups of nodes behind each other may also run as a chain in bands of rows.
"""

from collections.abc import Sequence

from convert.compiler.choice import Assemble, Candidate, Streams, arena, best, fits
from convert.compiler.limits import Limits
from convert.compiler.program import Program
from convert.compiler.targets.options import Optimize, Options

_WORTH = 2_048
"""Bytes of the arena that each chain in bands must save for --optimize size to take it. RAM is
dearer than flash, of which a chain takes some hundred bytes: for structs, and for its calls."""
_SHARE = 0.125  # of the arena that all chains must save
_HIGHER = 0.03  # what more of it than the least they may take, for higher bands: those are faster


def select(
    groups: Sequence[Sequence[Candidate]], assemble: Assemble, options: Options, streams: Streams
) -> Program:
    """The program of the best candidate for each group.

    Raises ModelError when no choice keeps the limits.
    """
    chosen = [best(group, options.optimize) for group in groups]
    program = assemble(chosen)
    if not fits(program, options):
        return Limits(groups, assemble, options, streams).fastest()
    if options.optimize is Optimize.SIZE and options.max_ram is None:
        alone = Limits([[candidate] for candidate in chosen], assemble, options, streams)
        return _worthwhile(program, alone.leanest(_HIGHER), options)
    return program


def _worthwhile(program: Program, streamed: Program, options: Options) -> Program:
    """``streamed`` where it saves enough of the arena."""
    chains = sum(step.bands is not None for step in streamed.steps)
    if not chains or not fits(streamed, options):
        return program
    whole = arena(program, options)
    saved = whole - arena(streamed, options)
    return streamed if saved >= max(chains * _WORTH, _SHARE * whole) else program
