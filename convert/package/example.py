"""The example of a library: real numbers in, labels or real numbers out, in C.

Its input is the first golden vector as real numbers, so that what it prints is known beforehand.
"""

import math
from collections.abc import Sequence

import numpy as np

from convert.compiler import golden
from convert.compiler.emit import border, ctext
from convert.compiler.emit.border import Border
from convert.compiler.operators.common.reader import QUANTIZED
from convert.package.library import Library

SHOWN = 16
"""Elements of an output that are printed."""

_CODE = "(int32_t)(*seed >> 24) - 128"
_CODES = {
    "UINT8": "(int32_t)(*seed >> 24)",
    "INT16": "(int32_t)(*seed >> 16) - 32768",
    "BOOL": "(int32_t)(*seed >> 31)",
}


def places(library: Library) -> dict[str, str]:
    """What the templates of examples are filled with."""
    unit, outputs = library.unit, border.outputs(library.unit)
    arguments = "&arena, &state" if unit.state else "&arena"
    memory = [f"static {library.name}_arena arena;"]
    memory += [f"static {library.name}_state state;"] if unit.state else []
    inputs = border.inputs(unit)
    shown = [(bool(library.labels) and not n, one) for n, one in enumerate(outputs)]
    return {
        "arguments": arguments,
        "memory": "\n".join(memory),
        "functions": "\n\n".join(
            [
                *(_fill(library, one) for one in inputs),
                *(_show(library, one, labelled=first) for first, one in shown),
            ]
        ),
        "run": "\n".join(
            [
                *([f"    {library.name}_reset(&state);"] if unit.state else []),
                *(f"    fill_{one.name}(&seed);" for one in inputs),
                *_run(library, arguments),
            ]
        ),
        "printed": printed(library),
    }


def printed(library: Library) -> str:
    """What the example prints."""
    lines = ["self-test: ok"]
    for one, reals in zip(border.outputs(library.unit), library.reals(), strict=True):
        rows = enumerate(reals.ravel()[:SHOWN])
        lines += [f"{one.name}[{i}] = {thousandths(real)}" for i, real in rows]
    lines += [f"label: {library.answer()}"] if library.labels else []
    return "\n".join(lines)


def thousandths(real: np.float32) -> str:
    """A real number as the example prints it: with three places."""
    steps = int(np.clip(np.rint(np.float32(real) / np.float32(0.001)), -2e9, 2e9))
    return f"{'-' if steps < 0 else ''}{abs(steps) // 1000}.{abs(steps) % 1000:03d}"


def _prefix(library: Library, one: Border) -> str:
    return f"{library.name}_{one.name}".upper()


def _quantized(one: Border) -> bool:
    return bool(one.tensor.scale) and one.tensor.dtype in QUANTIZED


def _fill(library: Library, one: Border) -> str:
    """The function that fills an input."""
    macro, code = (
        _prefix(library, one),
        _CODES.get(one.tensor.dtype, "(int32_t)(*seed >> 24) - 128"),
    )
    about = [f"Fill the {one.name}, {_shape(one.tensor.shape)}. {_given(one)}"]
    value = _value(library, one)
    return f"""{ctext.comment(about)}
static void fill_{one.name}(uint32_t *seed)
{{
    {one.ctype} *to = {library.name}_{one.name}(&arena);

    for (int32_t i = 0; i < {macro}_COUNT; i++) {{
        *seed = *seed * 1664525u + 1013904223u; /* made up: put your own value here */
        int32_t code = {code};
{value}
    }}
}}"""


def _value(library: Library, one: Border) -> str:
    macro, indent = _prefix(library, one), " " * 8
    if _quantized(one):
        ends = f"{one.tensor.lowest}, {one.tensor.highest}"
        return (
            f"{indent}float value = {library.name}_{one.name}_to_real(({one.ctype})code);\n\n"
            f"{indent}to[i] = ({one.ctype})thimble_quantize(value, {macro}_SCALE,\n"
            f"{indent}    {macro}_ZERO_POINT, {ends});"
        )
    if one.ctype == "float":
        step = ctext.literal(golden.float_step(library.unit.network, one.tensor))
        return f"{indent}float value = (float)code * {step};\n\n{indent}to[i] = value;"
    return f"\n{indent}to[i] = ({one.ctype})code;"


def _given(one: Border) -> str:
    if _quantized(one):
        return f"Each value is a real number, which becomes {one.tensor.dtype.lower()}."
    return "Each value is a real number." if one.ctype == "float" else "Numbers as they are."


def _shape(shape: Sequence[int]) -> str:
    sides = shape[1:] or shape or (1,)
    return "x".join(map(str, sides)) + (" value" if math.prod(sides) == 1 else " values")


def _show(library: Library, one: Border, *, labelled: bool) -> str:
    """The function that prints an output, and its label where it has one."""
    count = f"{_prefix(library, one)}_COUNT" if one.tensor.size <= SHOWN else str(SHOWN)
    lines = [
        f"    for (int32_t i = 0; i < {count}; i++)",
        f'        show("{one.name}", i, {_real(library, one, "values[i]")});',
        *(_label(library, one) if labelled else ()),
    ]
    body = "\n".join(lines)
    return f"static void show_{one.name}(const {one.ctype} *values)\n{{\n{body}\n}}"


def _real(library: Library, one: Border, element: str) -> str:
    """An element of an output as a real number."""
    if _quantized(one):
        return f"{library.name}_{one.name}_to_real({element})"
    return element if one.ctype == "float" else f"(float){element}"


def _label(library: Library, one: Border) -> list[str]:
    if library.is_binary:
        return [f"    show_label({_real(library, one, 'values[0]')} > 0.5f ? 1 : 0);"]
    if len(border.outputs(library.unit)) == 1:
        return [f"    show_label({library.name}_argmax(values));"]
    return [
        "    int32_t best = 0;",
        "",
        f"    for (int32_t i = 1; i < {_prefix(library, one)}_COUNT; i++)",
        "        if (values[i] > values[best])",
        "            best = i;",
        "    show_label(best);",
    ]


def _run(library: Library, arguments: str) -> list[str]:
    """The statements that run the network and show what it answers."""
    outputs = border.outputs(library.unit)
    if len(outputs) == 1:
        return [f"    show_{outputs[0].name}({library.name}_run({arguments}));"]
    shows = [f"    show_{one.name}({library.name}_{one.name}(&arena));" for one in outputs]
    return [f"    {library.name}_run({arguments});", *shows]
