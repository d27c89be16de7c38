"""The self-test in the generated C: a CRC-32 of the tables, and golden vectors."""

import zlib
from typing import Any

import numpy as np

from convert.compiler import golden
from convert.compiler.emit import border, ctext
from convert.compiler.emit.border import Border
from convert.compiler.emit.header import arguments
from convert.compiler.emit.unit import Unit
from convert.compiler.ir import Array
from convert.compiler.program import Table

_BITS = {"float": ("uint32_t", 4), "double": ("uint64_t", 8)}
_BYTES = {
    "int8_t": 1,
    "uint8_t": 1,
    "int16_t": 2,
    "uint16_t": 2,
    "int32_t": 4,
    "uint32_t": 4,
    "int64_t": 8,
}
_LISTED = 256
"""Elements of an output up to which every one is compared; of a longer one, the CRC-32 is."""


def uses_crc(unit: Unit) -> bool:
    """Whether a CRC-32 is taken of anything."""
    return bool(unit.tables) or any(tensor.size > _LISTED for tensor in unit.network.outputs)


def text(unit: Unit) -> str:
    """Golden vectors and the functions that check them."""
    name, macro = unit.name, unit.name.upper()
    outputs, vectors = border.outputs(unit), len(unit.seeds)
    tables = [_expected(unit, number, one) for number, one in enumerate(outputs)]
    seeds = ", ".join(f"{seed}u" for seed in unit.seeds)
    fills = "\n".join(_fill(unit, one) for one in border.inputs(unit))
    compares = "\n".join(_compare(unit, number, one) for number, one in enumerate(outputs))
    state = ", state" if unit.state else ""
    reset = f"    {name}_reset(state);\n" if unit.state else ""
    places = [
        f"        {one.ctype} *{one.name} = {name}_{one.name}(arena);"
        for one in border.inputs(unit)
    ]
    places += [f"        const {one.ctype} *{one.name};" for one in outputs]
    run = [f"        {outputs[0].name} = {name}_run(arena{state});"]
    if len(outputs) > 1:
        run = [f"        {name}_run(arena{state});"]
        run += [f"        {one.name} = {name}_{one.name}(arena);" for one in outputs]
    check = ""
    if unit.tables:
        check = (
            f"    if (tables_crc() != 0x{unit.crc:08x}u)\n        return {macro}_TABLES_DAMAGED;\n"
        )
    lines = [
        "/* What the network must answer to inputs made from these seeds. */",
        f"static const uint32_t golden_seed[{vectors}] = {{{seeds}}};",
        *tables,
        *_crc_function(unit),
        "",
        f"enum {name}_status {name}_self_test({arguments(unit)})",
        "{",
        *([(check + reset).rstrip("\n")] if check or reset else []),
        f"    for (int32_t vector = 0; vector < {vectors}; vector++) {{",
        "        uint32_t seed = golden_seed[vector];",
        *places,
        "",
        fills,
        *run,
        compares,
        "    }",
        *([reset.rstrip("\n")] if reset else []),
        f"    return {macro}_OK;",
        "}",
    ]
    return "\n".join(lines)


def _fill(unit: Unit, one: Border) -> str:
    drawn = {
        "UINT8": "(uint8_t)(seed >> 24)",
        "INT16": "(int16_t)((int32_t)(seed >> 16) - 32768)",
        "INT32": "(int32_t)(seed >> 24) - 128",
        "BOOL": "(uint8_t)(seed >> 31)",
    }.get(one.tensor.dtype, "(int8_t)((int32_t)(seed >> 24) - 128)")
    if one.tensor.dtype == "FLOAT32":
        step = ctext.literal(golden.float_step(unit.network, one.tensor))
        drawn = f"(float)((int32_t)(seed >> 24) - 128) * {step}"
    return f"""        for (int32_t i = 0; i < {_count(unit, one)}; i++) {{
            seed = seed * 1664525u + 1013904223u;
            {one.name}[i] = {drawn};
        }}"""


def _count(unit: Unit, one: Border) -> str:
    return f"{unit.name}_{one.name}_COUNT".upper()


def _expected(unit: Unit, number: int, one: Border) -> str:
    """The golden outputs as a table: elements, bits of floats, or a CRC-32 each."""
    rows = [vector[number].ravel() for vector in unit.golden]
    vectors, name = len(rows), f"golden_{one.name}"
    if one.tensor.size > _LISTED:
        values = ", ".join(f"0x{_crc(row):08x}u" for row in rows)
        return f"static const uint32_t {name}[{vectors}] = {{{values}}}; /* CRC-32 */"
    ctype = one.ctype
    if ctype == "float":
        ctype, rows = "uint32_t", [row.astype(np.float32).view(np.uint32) for row in rows]
    body = ",\n".join("    {" + ", ".join(map(_literal, row)) + "}" for row in rows)
    return f"static const {ctype} {name}[{vectors}][{one.tensor.size}] = {{\n{body}}};"


def _literal(value: np.integer[Any]) -> str:
    if value.dtype == np.uint32:
        return f"0x{int(value):08x}u"
    return ctext.literal(int(value))


def _crc(row: Array) -> int:
    return zlib.crc32(row.astype(row.dtype.newbyteorder("<")).tobytes())


def _compare(unit: Unit, number: int, one: Border) -> str:
    del number
    wrong, count = f"return {unit.name.upper()}_WRONG_ANSWER;", _count(unit, one)
    if one.tensor.size > _LISTED:
        step = _element(one.ctype, f"{one.name}[i]", "crc", "            ")
        return f"""        {{
            uint32_t crc = 0xffffffffu;

            for (int32_t i = 0; i < {count}; i++) {{
    {step}
            }}
            if (~crc != golden_{one.name}[vector])
                {wrong}
        }}"""
    if one.ctype == "float":
        return f"""        for (int32_t i = 0; i < {count}; i++) {{
            union {{
                float real;
                uint32_t bits;
            }} element;
            element.real = {one.name}[i];
            if (element.bits != golden_{one.name}[vector][i])
                {wrong}
        }}"""
    return f"""        for (int32_t i = 0; i < {count}; i++)
            if ({one.name}[i] != golden_{one.name}[vector][i])
                {wrong}"""


def _element(ctype: str, value: str, crc: str, indent: str) -> str:
    """The statements that take an element into a CRC-32."""
    if ctype in _BITS:
        bits, size = _BITS[ctype]
        lines = [
            "union {",
            f"    {ctype} real;",
            f"    {bits} bits;",
            "} element;",
            f"element.real = {value};",
            f"{crc} = crc32({crc}, element.bits, {size});",
        ]
    else:
        cast = "(uint64_t)" if ctype.startswith("int") else ""
        lines = [f"{crc} = crc32({crc}, {cast}{value}, {_BYTES[ctype]});"]
    return "\n".join(f"{indent}{line}" for line in lines)


def _checksum(item: Table) -> str:
    count = item.values.size
    head = f"    for (int32_t i = 0; i < {count}; i++)"
    body = _element(item.ctype, f"{item.name}[i]", "crc", "        ")
    return f"{head} {{\n{body}\n    }}" if item.ctype in _BITS else f"{head}\n{body}"


def _crc_function(unit: Unit) -> list[str]:
    if not unit.tables:
        return []
    checks = "\n".join(_checksum(item) for item in unit.tables)
    return [
        "",
        "static uint32_t tables_crc(void)",
        "{",
        "    uint32_t crc = 0xffffffffu;",
        "",
        checks,
        "    return ~crc;",
        "}",
    ]
