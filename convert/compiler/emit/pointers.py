"""Where buffers lie, as expressions of C."""

from convert.compiler.emit.unit import Unit
from convert.compiler.program import Buffer, Home, Step
from convert.compiler.targets.options import Target

IN_ARENA = {"int16_t": "arena_int16", "int32_t": "arena_int32", "float": "arena_float"}
"""How elements of several bytes are reached in the arena: kernels/portable/types.h."""


def pointer(unit: Unit, step: Step, buffer: Buffer, *, written: bool, whole: bool = False) -> str:
    """Where ``buffer`` lies, as a kernel takes it; ``whole``: it is not divided into parts."""
    if buffer.home is Home.FLASH:
        if step.as_bytes and buffer.ctype != "int8_t":
            flash = "FLASH " if unit.options.target is Target.AVR else ""
            return f"(const {flash}int8_t *){buffer.name}"
        in_arena = IN_ARENA.get(buffer.ctype)
        return f"(const {in_arena} *){buffer.name}" if in_arena else buffer.name
    at = place(unit, buffer)
    if step.batch > 1 and not whole:
        at = f"{at} + part * {buffer.size // step.batch}"
    return typed(at, "int8_t" if step.as_bytes else buffer.ctype, written=written)


def place(unit: Unit, buffer: Buffer, more: int = 0) -> str:
    """Where a buffer begins, or so many bytes behind, among the bytes of the arena or the state."""
    if buffer.home is Home.STATE:
        return f"s + {unit.states[buffer.name] + more}"
    return f"a + {unit.plan.offsets[buffer.name] + more}"


def typed(at: str, ctype: str, *, written: bool) -> str:
    """An address of bytes as one of elements."""
    const = "" if written else "const "
    if ctype == "int8_t":
        return at
    if ctype == "uint8_t":
        return f"({const}uint8_t *)({at})"
    return f"({const}{IN_ARENA[ctype]} *)({const}void *)({at})"


def scratch(unit: Unit, number: int, step: Step, used: Step) -> list[str]:
    """The scratch of step ``number``, as far as ``used``, the step or a part of it, takes any."""
    found = []
    if step.scratch and used.scratch:
        found.append(f"a + {unit.plan.offsets[step.scratch.name]}")
    words = unit.program.words(number)
    if words and used.scratch_words:
        # Everything else in the arena is read as characters, or as types that may alias.
        found.append(f"(int32_t *)(void *)(a + {unit.plan.offsets[words.name]})")
    return found
