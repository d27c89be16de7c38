"""What an image with a model's C needs on a board, before anything is built.

Tables and arena are exact; code, driver and stack are upper bounds, which the tests of
``firmware.build`` hold against what the linker makes of it.
"""

from dataclasses import dataclass, replace

from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.targets.options import Optimize, Options
from convert.tflite import Model
from runtime.errors import ModelError

STACK = 1024
"""Bytes kept for the stack."""
CODE = {Optimize.SPEED: 12 * 1024, Optimize.SIZE: 9 * 1024}
"""Bytes of flash, at most, for start-up, protocol, self-test and engine on any core."""
DOUBLES = 2 * 1024
"""Bytes more for --match ref, whose dense layers round in double precision, in software."""
STATICS = 640
"""Bytes of RAM, at most, besides arena, stack, and one request."""
_FEW, _STEP = 4, 256
"""Operators that CODE is for, and bytes of the struct and the call of each one more."""


@dataclass(frozen=True)
class Need:
    """What a model needs at most, in bytes, known before anything is built."""

    flash: int
    ram: int

    def fits(self, flash: int, ram: int) -> bool:
        """Whether a board with so many bytes has room for it."""
        return self.flash <= flash and self.ram <= ram


def code(compiled: Compiled) -> int:
    """Bytes of flash, at most, besides the model's tables."""
    options, more = compiled.unit.options, len(compiled.unit.program.steps) - _FEW
    doubles = DOUBLES if options.match is Match.REF else 0
    return CODE[options.optimize] + doubles + _STEP * max(0, more)


def driver(compiled: Compiled) -> int:
    """Bytes of RAM, at most, besides arena and stack: the driver's, a request, an answer, state."""
    network = compiled.unit.network
    border = sum(tensor.bytes for tensor in (*network.inputs, *network.outputs))
    return border + compiled.unit.state + STATICS


def need(compiled: Compiled, stack: int = STACK) -> Need:
    """Flash and RAM for ``compiled`` with ``stack`` bytes of stack."""
    unit = compiled.unit
    return Need(unit.flash + code(compiled), unit.arena + driver(compiled) + stack)


def limits(flash: int, ram: int, compiled: Compiled, stack: int = STACK) -> Options:
    """The options of ``compiled`` with what is left of a board's memories for tables and arena."""
    return replace(
        compiled.unit.options,
        max_flash=flash - code(compiled),
        max_ram=ram - driver(compiled) - stack,
    )


def fitted(model: Model, whole: Compiled, flash: int, ram: int) -> Compiled | None:
    """``whole``, the C of ``model``, if a board has room; else with smaller kernels; None: not."""
    if need(whole).fits(flash, ram):
        return whole
    try:
        limited = compile_model(model, whole.unit.name, limits(flash, ram, whole))
    except ModelError:  # not even with the smallest kernels
        return None
    return limited if need(limited).fits(flash, ram) else None
