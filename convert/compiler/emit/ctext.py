"""C, as text: literals, tables, structs. Knows no network."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from convert.compiler.program import Table

WIDTH = 100


def comment(lines: Iterable[str]) -> str:
    """A block comment of these lines, with nothing in it that could end it or begin another."""
    apart = (line.replace("*/", "* /").replace("/*", "/ *") for line in lines)
    safe = [line.encode("ascii", "replace").decode() for line in apart]
    return "\n".join(f" * {line}".rstrip() for line in safe).replace(" *", "/*", 1) + " */"


def literal(value: Any) -> str:
    """A number as C; floats with all the digits that bring them back."""
    if isinstance(value, np.float32):
        text = f"{float(value):.9g}"
        return f"{text}f" if any(c in text for c in ".e") else f"{text}.0f"
    if isinstance(value, float | np.float64):
        text = f"{float(value):.17g}"
        return text if any(c in text for c in ".e") else f"{text}.0"
    number = int(value)
    return "INT32_MIN" if number == -(1 << 31) else str(number)


def table(item: Table) -> str:
    """A table's definition, one paragraph per index of its first axis where it has several."""
    shape = "".join(f"[{n}]" for n in item.values.shape)
    count = item.values.size
    head = f"/* {item.axes}: {shape} */\nstatic const {item.ctype} {item.name}[{count}] = {{"
    several = item.values.ndim > 1
    rows = item.values.reshape(len(item.values), -1) if several else item.values.reshape(1, -1)
    axis = item.axes.strip("[]").split(",")[0]
    body = []
    for number, row in enumerate(rows):
        if several:
            body.append(f"    /* {axis} {number} */")
        body.append(_wrapped(_elements(item, row)))
    return "\n".join([head, *body, "};"])


def _elements(item: Table, row: np.ndarray[Any, Any]) -> Iterator[str]:
    if item.ctype == "uint32_t":  # bits of a float: hexadecimal, with the number beside it
        return (f"0x{value:08x}" for value in row)
    return (literal(value) for value in row)


def _wrapped(elements: Iterable[str]) -> str:
    text = ", ".join(elements) + ","
    return textwrap.fill(text, WIDTH, initial_indent="    ", subsequent_indent="    ")


def struct(value: Mapping[str, Any]) -> str:
    """A designated initializer, nested where ``value`` is."""
    return "{" + ", ".join(f".{name} = {_initializer(v)}" for name, v in value.items()) + "}"


def _initializer(value: Any) -> str:
    if isinstance(value, Table):
        return value.name
    if isinstance(value, Mapping):
        return struct(value)
    if isinstance(value, tuple):
        return "{" + ", ".join(map(literal, value)) + "}"
    return literal(value)


def definition(kind: str, name: str, fields: Mapping[str, Any]) -> str:
    """A constant struct, one field to a line."""
    lines = [
        textwrap.fill(
            f".{field} = {_initializer(value)},",
            WIDTH,
            initial_indent="    ",
            subsequent_indent="        ",
        )
        for field, value in fields.items()
    ]
    return "\n".join([f"static const struct {kind} {name} = {{", *lines, "};"])
