"""Chains that run in bands of rows, as C: a call for each part, in loops over bands."""

import string
from collections.abc import Iterator, Mapping

from convert.compiler.emit import ctext, pointers
from convert.compiler.emit.kernels import Kernel
from convert.compiler.emit.unit import Unit
from convert.compiler.program import Bands, Buffer, Call, Keep, Loop, Step


def definitions(number: int, bands: Bands, files: Mapping[str, Kernel]) -> Iterator[str]:
    """The structs of every part of step ``number``, one for each number of rows."""
    for place, part in enumerate(bands.parts):
        for variant, step in enumerate(part):
            layer = [f"layer: {step.layer}"] if step.layer else []
            lines = [f"{step.title}: {step.shapes}", f"real = {step.quantization}", *layer]
            name, kind = _struct(number, bands, place, variant), files[step.kernel].struct
            yield ctext.comment(lines) + "\n" + ctext.definition(kind, name, step.fields)


def calls(unit: Unit, number: int, step: Step, bands: Bands) -> str:
    """The statements that run the chain."""
    lines, first = [], 0
    for loop in bands.loops:
        end = first + loop.count * bands.height
        lines += [_about(bands, loop, first, end)]
        indent = "    "
        if loop.count > 1:
            lines.append(f"    for (int32_t band = 0; band < {loop.count}; band++) {{")
            indent *= 2
        lines += [f"{indent}{_call(unit, number, step, call)}" for call in loop.calls]
        lines += ["    }"] if loop.count > 1 else []
        first = end
    return "\n".join(lines)


def _about(bands: Bands, loop: Loop, first: int, end: int) -> str:
    last = min(end, bands.rows_made) - 1
    together = f", {bands.height} at a time" if loop.count > 1 else ""
    return f"    /* rows {first}..{last} of the output{together} */"


def _struct(number: int, bands: Bands, part: int, variant: int) -> str:
    """The name of a struct: a letter for the part, a number where it has variants."""
    which = f"_{variant + 1}" if len(bands.parts[part]) > 1 else ""
    return f"step{number}{string.ascii_lowercase[part]}{which}"


def _call(unit: Unit, number: int, step: Step, call: Keep | Call) -> str:
    bands: Bands = step.bands  # type: ignore[assignment]
    places = (step.inputs[0], *bands.rows, step.output)
    if isinstance(call, Keep):
        rows = places[call.place]
        ends = pointers.place(unit, rows, call.start), pointers.place(unit, rows)
        return f"keep_rows({', '.join(ends)}, {call.count});"
    used = bands.parts[call.part][call.variant]
    arguments = [
        f"&{_struct(number, bands, call.part, call.variant)}",
        _rows(unit, used, places[call.part], (call.source, call.source_step), written=False),
        _rows(unit, used, places[call.part + 1], (call.output, call.output_step), written=True),
        *pointers.scratch(unit, number, step, used),
    ]
    return f"{used.kernel}({', '.join(arguments)});"


def _rows(unit: Unit, used: Step, buffer: Buffer, at: tuple[int, int], *, written: bool) -> str:
    """Where the rows of a band lie in a buffer."""
    start, step = at
    place = pointers.place(unit, buffer, start) + (f" + band * {step}" if step else "")
    ctype = "int8_t" if used.as_bytes else buffer.ctype
    return pointers.typed(place, ctype, written=written)
