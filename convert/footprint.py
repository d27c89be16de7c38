"""What an image with a model's C needs on a board, before anything is built.

Tables and arena are exact; code, driver and stack are upper bounds, which the tests of
``firmware.build`` hold against what the linker makes of it.
"""

from dataclasses import dataclass, replace

from convert import minimal as small
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.targets.options import Optimize, Options, Target
from convert.tflite import Model
from runtime.errors import ModelError

STACK = 1024
"""Bytes kept for the stack."""
CODE = {Optimize.SPEED: 12 * 1024, Optimize.SIZE: 9 * 1024}
"""Bytes of flash, at most, for start-up, protocol, self-test and engine on any core."""
DOUBLES = 2 * 1024
"""Bytes more for --match ref, whose dense layers round in double precision, in software."""
SOFTWARE = 6656
"""Bytes more on a core whose floats are software and whose code is long, but for small networks of
8-bit pictures, which need none of it."""
_LONG = (Target.CORTEX_M0, Target.RISCV32)
"""Such cores."""
STATICS = 720
"""Bytes of RAM, at most, besides arena, state and stack."""
CODE_AVR, STATICS_AVR, STACK_AVR = 15 * 1024, 416, 416
"""The same for an AVR, whose kernels are written in 8-bit instructions, whose text stays in flash,
and which has little to keep for a stack."""
SOFTWARE_AVR, LSTM_AVR = 2 * 1024, 6 * 1024
"""Bytes of flash more on an AVR: but for small networks of 8-bit pictures; and for an LSTM."""
_FEW, _STEP, _STEP_LONG = 4, 384, 512
"""Operators that CODE is for, and bytes of the struct and the call of each one more. An operator in
bands has several structs."""


@dataclass(frozen=True)
class Need:
    """What a model needs at most, in bytes, known before anything is built."""

    flash: int
    ram: int
    stack: int  # of the RAM

    def fits(self, flash: int, ram: int) -> bool:
        """Whether a board with so many bytes has room for it."""
        return self.flash <= flash and self.ram <= ram


def code(compiled: Compiled, *, minimal: bool = False) -> int:
    """Bytes of flash, at most, besides the model's tables."""
    whole = _whole(compiled)
    known = small.code(compiled) if minimal else None
    return whole if known is None else min(known, whole)


def _whole(compiled: Compiled) -> int:
    options, steps = compiled.unit.options, compiled.unit.program.steps
    more = sum(step.structs for step in steps) - _FEW
    doubles = DOUBLES if options.match is Match.REF else 0
    is_small = _is_small(compiled)
    if options.target is Target.AVR:
        lstm = any("lstm" in kernel for step in steps for kernel in step.kernels)
        software = (0 if is_small else SOFTWARE_AVR) + (LSTM_AVR if lstm else 0)
        return CODE_AVR + software + _STEP * max(0, more)
    is_long = options.target in _LONG
    software = SOFTWARE if is_long and not is_small else 0
    step = _STEP_LONG if is_long else _STEP
    return CODE[options.optimize] + doubles + software + step * max(0, more)


def _is_small(compiled: Compiled) -> bool:
    """Whether it is a network of few operators for 8-bit pictures, like those that are bundled."""
    unit = compiled.unit
    pictures = [(tensor.dtype, len(tensor.shape)) for tensor in unit.network.inputs]
    return len(unit.program.steps) <= _FEW and not unit.state and pictures == [("INT8", 4)]


def driver(compiled: Compiled, *, minimal: bool = False) -> int:
    """Bytes of RAM, at most, besides arena and stack: the driver's, state, an answer to keep.

    Requests go into the arena, and answers come from there; only where there is a state, the last
    answer is kept, for it cannot be given again.
    """
    unit = compiled.unit
    if minimal:
        return unit.state + small.statics(compiled)
    kept = sum(tensor.bytes for tensor in unit.network.outputs) if unit.state else 0
    statics = STATICS_AVR if unit.options.target is Target.AVR else STATICS
    return unit.state + kept + statics


def _kept(compiled: Compiled, stack: int | None, *, minimal: bool) -> int:
    known = small.stack(compiled) if minimal else None
    if known is not None:
        return known
    if stack is not None:
        return stack
    return STACK_AVR if compiled.unit.options.target is Target.AVR else STACK


def need(compiled: Compiled, stack: int | None = None, *, minimal: bool = False) -> Need:
    """Flash and RAM for ``compiled``, with so much stack; None: what its core usually has.

    ``minimal``: of an image that has what the network needs, and nothing else.
    """
    unit, kept = compiled.unit, _kept(compiled, stack, minimal=minimal)
    flash = unit.flash + code(compiled, minimal=minimal)
    return Need(flash, unit.arena + driver(compiled, minimal=minimal) + kept, kept)


def limits(
    flash: int, ram: int, compiled: Compiled, stack: int | None = None, *, minimal: bool = False
) -> Options:
    """The options of ``compiled`` with what is left of a board's memories for tables and arena."""
    return replace(
        compiled.unit.options,
        max_flash=flash - code(compiled, minimal=minimal),
        max_ram=ram - driver(compiled, minimal=minimal) - _kept(compiled, stack, minimal=minimal),
    )


def fitted(
    model: Model, whole: Compiled, flash: int, ram: int, stack: int | None = None
) -> Compiled | None:
    """``whole``, the C of ``model``, if a board has room; else with smaller kernels; None: not."""
    if need(whole, stack).fits(flash, ram):
        return whole
    try:
        limited = compile_model(model, whole.unit.name, limits(flash, ram, whole, stack))
    except ModelError:  # not even with the smallest kernels
        return None
    return limited if need(limited, stack).fits(flash, ram) else None
