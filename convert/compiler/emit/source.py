"""The generated ``NAME.c``: one self-contained file of C99. Nothing is decided here."""

import textwrap
from collections.abc import Iterator, Sequence

from convert.compiler.emit import bands, border, ctext, kernels, memories, self_test
from convert.compiler.emit.header import arguments, provenance
from convert.compiler.emit.kernels import Kernel
from convert.compiler.emit.pointers import IN_ARENA, pointer, scratch
from convert.compiler.emit.unit import Unit
from convert.compiler.program import CTYPES, Buffer, Home, Step
from convert.compiler.targets.options import Target


def text(unit: Unit) -> str:
    """The whole file."""
    files = kernels.needed(_kernels(unit), unit.match, unit.options.kernels)
    is_avr = unit.options.target is Target.AVR
    told = memories.told_apart if is_avr else str
    parts = [
        provenance(unit, usage=False),
        f'#include "{unit.name}.h"',
        _hook(unit.name.upper()),
        "/* ---- kernels ---- */",
        *([kernels.find("flash", unit.options.kernels).text] if is_avr else []),
        *(_kernel(unit, kernel) for kernel in files),
        *map(told, _constants(unit, files)),
        "/* ---- the network ---- */",
        *_functions(unit),
        told(self_test.text(unit)),
    ]
    whole = "\n\n".join(parts) + "\n"
    return memories.read_in_halves(whole) if is_avr else whole


def _kernel(unit: Unit, kernel: Kernel) -> str:
    if unit.options.target is not Target.AVR:
        return kernel.text
    return memories.told_apart(kernel.text, kernel.flash)


def _constants(unit: Unit, files: Sequence[Kernel]) -> Iterator[str]:
    yield "/* ---- tables ---- */"
    yield from (ctext.table(item) for item in unit.tables)
    yield "/* ---- operators ---- */"
    yield from _operators(unit, {kernel.name: kernel for kernel in files})


def _kernels(unit: Unit) -> Iterator[str]:
    """The files that the text needs."""
    for step in unit.program.steps:
        yield from step.kernels
    if self_test.uses_crc(unit):
        yield "crc32"
    buffers = [b for step in unit.program.steps for b in (*step.inputs, step.output, *step.states)]
    buffers += [*unit.program.inputs, *unit.program.outputs]
    scratch = any(step.scratch_words for step in unit.program.steps)
    if scratch or any(buffer.ctype in IN_ARENA for buffer in buffers):
        yield "types"
    if unit.state:
        yield "prologue"


def _hook(macro: str) -> str:
    return f"""/* Comes after each operator with its number and output; define it to
 * measure or to watch them. */
#if !defined({macro}_AFTER)
#define {macro}_AFTER(number, output) ((void)0)
#endif"""


def _operators(unit: Unit, files: dict[str, Kernel]) -> Iterator[str]:
    for number, step in enumerate(unit.program.steps):
        if step.bands:
            yield from bands.definitions(number, step.bands, files)
            continue
        lines = [f"{step.title}: {step.shapes}", f"real = {step.quantization}"]
        layer = textwrap.wrap(f"layer: {step.layer}", ctext.WIDTH - 6) if step.layer else []
        about = ctext.comment([*lines, *layer])
        kind = files[step.kernel].struct
        yield about + "\n" + ctext.definition(kind, f"step{number}", step.fields)


def _call(unit: Unit, number: int, step: Step) -> str:
    if step.bands:
        return bands.calls(unit, number, step, step.bands)
    arguments = [f"&step{number}"]
    arguments += [pointer(unit, step, buffer, written=False) for buffer in step.inputs]
    arguments.append(pointer(unit, step, step.output, written=True))
    arguments += [pointer(unit, step, b, written=True, whole=True) for b in step.states]
    arguments += scratch(unit, number, step, step)
    call = f"{step.kernel}({', '.join(arguments)});"
    if step.batch == 1:
        return f"    {call}"
    return f"    for (int32_t part = 0; part < {step.batch}; part++)\n        {call}"


def _where(unit: Unit, number: int, step: Step) -> str:
    """The spans of the arena that a call uses, for the reader of the C."""
    words = [*(("in", b) for b in step.inputs), ("out", step.output)]
    words += [("rows", b) for b in (step.bands.rows if step.bands else ())]
    words += [("state", b) for b in step.states]
    words += [("patch", step.scratch)] if step.scratch else []
    sums = unit.program.words(number)
    words += [("scratch words", sums)] if sums else []
    return ", ".join(_span(unit, word, buffer) for word, buffer in words)


def _span(unit: Unit, word: str, buffer: Buffer) -> str:
    if buffer.home is Home.FLASH:
        return f"{word} {buffer.name}"
    if buffer.home is Home.STATE:
        return f"{word} state {unit.states[buffer.name]}..{unit.states[buffer.name] + buffer.size}"
    place = unit.plan.offsets[buffer.name]
    return f"{word} {place}..{place + buffer.size}"


def _after(unit: Unit, number: int, step: Step) -> str:
    """The hook behind a call, given where its output lies."""
    base, offsets = "a", unit.plan.offsets
    if step.output.home is Home.STATE:
        base, offsets = "s", unit.states
    return f"    {unit.name.upper()}_AFTER({number}, {base} + {offsets[step.output.name]});"


def _functions(unit: Unit) -> Iterator[str]:
    name, offsets = unit.name, unit.plan.offsets
    for one in border.inputs(unit):
        at = _border(f"arena->bytes + {offsets[one.buffer.name]}", one.ctype, "")
        yield f"{one.ctype} *{name}_{one.name}({name}_arena *arena)\n{{\n    return {at};\n}}"
    if unit.state:
        yield _reset(unit)
    yield _run(unit)
    outputs = border.outputs(unit)
    if len(outputs) == 1:
        yield _argmax(unit, outputs[0].ctype)
        return
    for one in outputs:
        at = _border(f"arena->bytes + {offsets[one.buffer.name]}", one.ctype, "const ")
        head = f"const {one.ctype} *{name}_{one.name}(const {name}_arena *arena)"
        yield f"{head}\n{{\n    return {at};\n}}"


def _border(at: str, ctype: str, const: str) -> str:
    """The address ``at`` as a pointer to elements."""
    if ctype == "int8_t":
        return at
    return f"({const}{ctype} *)({const}void *)({at})"


def _run(unit: Unit) -> str:
    name, outputs = unit.name, border.outputs(unit)
    calls = "\n".join(
        f"    /* {step.title}: {step.shapes}\n"
        f"     * arena bytes: {_where(unit, number, step)} */\n"
        f"{_call(unit, number, step)}\n"
        f"{_after(unit, number, step)}"
        for number, step in enumerate(unit.program.steps)
    )
    state = "    int8_t *s = state->bytes;\n" if unit.state else ""
    head, result = f"void {name}_run({arguments(unit)})", ""
    if len(outputs) == 1:
        head = f"const {outputs[0].ctype} *{name}_run({arguments(unit)})"
        at = f"a + {unit.plan.offsets[outputs[0].buffer.name]}"
        result = f"    return {_border(at, outputs[0].ctype, 'const ')};\n"
    base = "    int8_t *a = arena->bytes;\n"
    if not calls and not result:
        base = "    (void)arena; /* the outputs lie where the inputs do */\n"
    return f"{head}\n{{\n{base}{state}\n{calls}\n{result}}}"


def _reset(unit: Unit) -> str:
    tables = {table.name for table in unit.initial}
    lines = []
    for state in unit.network.states:
        count, place = state.initial.size, unit.states[state.name]
        kind = IN_ARENA.get(CTYPES[state.dtype], CTYPES[state.dtype])
        table = f"{state.name}_initial"
        value = f"{table}[i]" if table in tables else ctext.literal(state.initial.flat[0])
        lines.append(
            f"    for (int32_t i = 0; i < {count}; i++)\n"
            f"        (({kind} *)(void *)(state->bytes + {place}))[i] = {value};"
        )
    body = "\n".join(lines)
    return f"NO_LIBC void {unit.name}_reset({unit.name}_state *state)\n{{\n{body}\n}}"


def _argmax(unit: Unit, ctype: str) -> str:
    count = f"{unit.name.upper()}_OUTPUT_COUNT"
    return f"""int32_t {unit.name}_argmax(const {ctype} output[{count}])
{{
    int32_t best = 0;

    for (int32_t i = 1; i < {count}; i++)
        if (output[i] > output[best])
            best = i;
    return best;
}}"""
