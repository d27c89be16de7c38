"""The generated C: ``NAME.h`` and ``NAME.c``. Text from a program and its plan, nothing decided."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler import ctext, sources
from convert.compiler.graph import Graph, Tensor
from convert.compiler.numerics import RUNTIME, Match
from convert.compiler.plan import Plan
from convert.compiler.program import Program, Step, Table
from convert.compiler.targets import Options

_BITS = {"float": ("uint32_t", 4), "double": ("uint64_t", 8)}
_BYTES = {"int8_t": 1, "int32_t": 4, "uint32_t": 4}


@dataclass(frozen=True)
class Unit:
    """Everything that the text is made from."""

    name: str  # C identifier that starts every public name
    origin: str  # the command that makes it again
    version: str  # of the tool
    options: Options
    network: Graph
    program: Program
    plan: Plan
    golden: np.ndarray  # type: ignore[type-arg]  # int8 [vectors, output size]
    seeds: Sequence[int]  # of the golden inputs

    @property
    def match(self) -> Match:
        """The runtime whose bytes it gives."""
        return self.options.match

    @property
    def arena(self) -> int:
        """The arena's size in bytes, as the C compiler lays it out."""
        sums = 4 * self.program.sums
        return sums + (-(-self.plan.size // 4) * 4 if sums else self.plan.size)

    @property
    def crc(self) -> int:
        """The CRC-32 of all tables, as the self-test computes it."""
        crc = 0
        for item in self.program.tables:
            little = item.values.astype(item.values.dtype.newbyteorder("<"))
            crc = zlib.crc32(little.tobytes(), crc)
        return crc


def golden_input(seed: int, size: int) -> np.ndarray:  # type: ignore[type-arg]
    """Bytes that the self-test makes too: a linear congruential generator's highest byte."""
    state, values = seed, []
    for _ in range(size):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values.append((state >> 24) - 128)
    return np.array(values, np.int8)


def header(unit: Unit) -> str:
    """``NAME.h``: all that an integrator needs to read."""
    name, macro = unit.name, unit.name.upper()
    sums = f"    int32_t scratch[{unit.program.sums}];\n" if unit.program.sums else ""
    return f"""{_provenance(unit, usage=True)}
#ifndef {macro}_H
#define {macro}_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif

#define {macro}_SHA256 "{unit.network.sha256}" /* of the .tflite */

{_tensor_macros(f"{macro}_INPUT", unit.network.input)}

{_tensor_macros(f"{macro}_OUTPUT", unit.network.output)}

#define {macro}_ARENA_SIZE {unit.arena} /* bytes: sizeof({name}_arena), all the RAM but the stack */
#define {macro}_TABLES_SIZE {unit.program.flash} /* bytes of constant tables in flash */

/* Working memory. The caller owns it, wherever it likes; its content before a run does not matter.
 * One arena serves one run at a time. */
typedef struct {{
{sums}    int8_t bytes[{unit.plan.size}];
}} {name}_arena;

enum {name}_status {{
    {macro}_OK = 0,
    {macro}_TABLES_DAMAGED = 1, /* the CRC-32 of the tables is wrong */
    {macro}_WRONG_ANSWER = 2    /* a golden vector gives another output */
}};

/* Where to put the input, {macro}_INPUT_SIZE bytes. A run overwrites it. */
int8_t *{name}_input({name}_arena *arena);

/* Run the network. Returns the output, {macro}_OUTPUT_SIZE bytes in the arena, valid until the
 * input is written again. */
const int8_t *{name}_run({name}_arena *arena);

/* The index of the largest output, the first of equals. */
int32_t {name}_argmax(const int8_t output[{macro}_OUTPUT_SIZE]);

/* Check the tables and run {len(unit.seeds)} golden vectors. A flipped bit of a table is found. */
#if defined(__GNUC__)
__attribute__((warn_unused_result))
#endif
enum {name}_status {name}_self_test({name}_arena *arena);

#ifdef __cplusplus
}}
#endif

#endif /* {macro}_H */
"""


def source(unit: Unit) -> str:
    """``NAME.c``: self-contained C99."""
    files = sources.needed(
        (step.kernel for step in unit.program.steps), unit.match, unit.options.target.lanes
    )
    if unit.program.tables:
        files.append("crc32")
    kernels = [sources.text(name) for name in files]
    parts = [
        _provenance(unit, usage=False),
        f'#include "{unit.name}.h"',
        _hook(unit.name.upper()),
        "/* ---- kernels ---- */",
        *kernels,
        "/* ---- tables ---- */",
        *(ctext.table(item) for item in unit.program.tables),
        "/* ---- operators ---- */",
        *_operators(unit.program),
        "/* ---- the network ---- */",
        *_functions(unit),
    ]
    return "\n\n".join(parts) + "\n"


def _hook(macro: str) -> str:
    return f"""/* Comes after each operator with its number and output; define it to
 * measure or to watch them. */
#if !defined({macro}_AFTER)
#define {macro}_AFTER(number, output) ((void)0)
#endif"""


def _provenance(unit: Unit, *, usage: bool) -> str:
    lines = [
        f"Made by: {unit.origin}",
        "",
        f"{unit.version}; sha256 of the .tflite: {unit.network.sha256}",
        f"Equals {RUNTIME[unit.match]}, byte for byte.",
        *unit.program.notes,
    ]
    if usage:
        name = unit.name
        lines += [
            "",
            f"    static {name}_arena arena;",
            "",
            f"    if ({name}_self_test(&arena) != {name.upper()}_OK) ...",
            f"    fill({name}_input(&arena));    q = round(real / scale) + zero point",
            f"    best = {name}_argmax({name}_run(&arena));",
            "",
            "No heap, no libc, no writable statics: any number of arenas may run at once.",
        ]
    return ctext.comment(lines)


def _tensor_macros(prefix: str, tensor: Tensor) -> str:
    return f"""/* {prefix}: int8 {list(tensor.shape[1:])}, real = scale * (q - zero point) */
#define {prefix}_SIZE {tensor.size} /* bytes */
#define {prefix}_SCALE {ctext.literal(tensor.scale)}
#define {prefix}_ZERO_POINT ({tensor.zero_point})"""


def _operators(program: Program) -> Iterator[str]:
    for number, step in enumerate(program.steps):
        about = ctext.comment([f"{step.title}: {step.shapes}", f"real = {step.quantization}"])
        if step.kernel != "lookup":
            kind = sources.STRUCTS.get(step.kernel, step.kernel)
            yield about + "\n" + ctext.definition(kind, f"step{number}", step.fields)


def _call(number: int, step: Step, plan: Plan) -> str:
    def at(name: str) -> str:
        return f"a + {plan.offsets[name]}"

    arguments = [f"&step{number}"]
    if step.kernel == "lookup":
        arguments = [step.fields["table"].name, str(step.fields["count"])]
    arguments += [at(buffer.name) for buffer in step.inputs]
    arguments.append(at(step.output.name))
    if step.patch:
        arguments.append(at(step.patch.name))
    if step.sums:
        arguments.append("arena->scratch")
    return f"{step.kernel}({', '.join(arguments)});"


def _arena_comment(step: Step, plan: Plan) -> str:
    spans = [
        f"{word} {plan.offsets[b.name]}..{plan.offsets[b.name] + b.size}"
        for word, b in [
            *(("in", b) for b in step.inputs),
            ("out", step.output),
            *([("patch", step.patch)] if step.patch else []),
        ]
    ]
    return ", ".join(spans)


def _functions(unit: Unit) -> Iterator[str]:
    name, plan, program = unit.name, unit.plan, unit.program
    calls = "\n".join(
        f"    /* {step.title}: {step.shapes}\n"
        f"     * arena bytes: {_arena_comment(step, plan)} */\n"
        f"    {_call(number, step, plan)}\n"
        f"    {name.upper()}_AFTER({number}, a + {plan.offsets[step.output.name]});"
        for number, step in enumerate(program.steps)
    )
    yield f"""int8_t *{name}_input({name}_arena *arena)
{{
    return arena->bytes + {plan.offsets[program.input.name]};
}}"""
    yield f"""const int8_t *{name}_run({name}_arena *arena)
{{
    int8_t *a = arena->bytes;

{calls}
    return a + {plan.offsets[program.output.name]};
}}"""
    yield f"""int32_t {name}_argmax(const int8_t output[{name.upper()}_OUTPUT_SIZE])
{{
    int32_t best = 0;

    for (int32_t i = 1; i < {name.upper()}_OUTPUT_SIZE; i++)
        if (output[i] > output[best])
            best = i;
    return best;
}}"""
    yield _self_test(unit)


def _checksum(item: Table) -> str:
    count = item.values.size
    if item.ctype in _BITS:
        bits, size = _BITS[item.ctype]
        return f"""    for (int32_t i = 0; i < {count}; i++) {{
        union {{
            {item.ctype} real;
            {bits} bits;
        }} element;
        element.real = {item.name}[i];
        crc = crc32(crc, element.bits, {size});
    }}"""
    cast = "(uint64_t)" if item.ctype.startswith("int") else ""
    return (
        f"    for (int32_t i = 0; i < {count}; i++)\n"
        f"        crc = crc32(crc, {cast}{item.name}[i], {_BYTES[item.ctype]});"
    )


def _self_test(unit: Unit) -> str:
    name, macro = unit.name, unit.name.upper()
    size, vectors = unit.network.output.size, len(unit.seeds)
    checks = "\n".join(_checksum(item) for item in unit.program.tables)
    seeds = ", ".join(f"{seed}u" for seed in unit.seeds)
    rows = ",\n".join(
        "    {" + ", ".join(map(str, row)) + "}" for row in unit.golden.astype(int).tolist()
    )
    return f"""/* What the network must answer to inputs made from these seeds. */
static const uint32_t golden_seed[{vectors}] = {{{seeds}}};
static const int8_t golden_output[{vectors}][{size}] = {{
{rows}}};

static uint32_t tables_crc(void)
{{
    uint32_t crc = 0xffffffffu;

{checks}
    return ~crc;
}}

enum {name}_status {name}_self_test({name}_arena *arena)
{{
    if (tables_crc() != 0x{unit.crc:08x}u)
        return {macro}_TABLES_DAMAGED;
    for (int32_t vector = 0; vector < {vectors}; vector++) {{
        uint32_t state = golden_seed[vector];
        int8_t *input = {name}_input(arena);
        const int8_t *output;

        for (int32_t i = 0; i < {macro}_INPUT_SIZE; i++) {{
            state = state * 1664525u + 1013904223u;
            input[i] = (int8_t)((int32_t)(state >> 24) - 128);
        }}
        output = {name}_run(arena);
        for (int32_t i = 0; i < {macro}_OUTPUT_SIZE; i++)
            if (output[i] != golden_output[vector][i])
                return {macro}_WRONG_ANSWER;
    }}
    return {macro}_OK;
}}"""
