"""The stack that an AVR image needs, read off its code: avr-gcc 5 writes no call graphs.

What a function pushes, what it takes for a frame, and what it calls, from objdump's disassembly, in
the form that GCC writes of other cores.
"""

import re
from collections.abc import Iterator

_FUNCTION = re.compile(r"^[0-9a-f]+ <(\w[\w.]*)>:$")
_LINE = re.compile(r"^\s+[0-9a-f]+:\t(?:[0-9a-f]{2} )+\s*\t(\w+)\s*(.*)$")
_TARGET = re.compile(r"<(\w[\w.]*)(\+0x[0-9a-f]+)?>")
_NUMBER = re.compile(r"0x([0-9A-Fa-f]+)")
_VECTOR = re.compile(r"__vector_\d+$")
_ANEW = ("stopped", "core_stack_is_used")
"""Functions of startup.c that begin the stack anew, or run on what was begun so."""
_CALLS, _JUMPS = ("call", "rcall"), ("jmp", "rjmp")


def graph(disassembly: str, return_address: int) -> str:
    """The call graph of what ``objdump -d`` prints; calls push so many bytes.

    ``interrupt`` calls every interrupt's handler. A jump to another function counts as a call.
    """
    parts = [_node("interrupt", 0)]
    for name, lines in _functions(disassembly):
        parts.append(_node(name, _frame(lines, return_address)))
        parts += [_edge(name, to) for to in sorted(_called(lines, name)) if to not in _ANEW]
        if _VECTOR.match(name):
            parts.append(_edge("interrupt", name))
    return "\n".join(parts)


def _node(name: str, size: int) -> str:
    return f'node: {{ title: "{name}" label: "{name}\\n{size} bytes (static)" }}'


def _edge(name: str, to: str) -> str:
    return f'edge: {{ sourcename: "{name}" targetname: "{to}" }}'


Lines = list[tuple[str, str]]


def _functions(disassembly: str) -> Iterator[tuple[str, Lines]]:
    name, lines = "", Lines()
    for line in disassembly.splitlines():
        if found := _FUNCTION.match(line):
            if name:
                yield name, lines
            name, lines = found[1], []
        elif found := _LINE.match(line):
            lines.append((found[1], found[2]))
    if name:
        yield name, lines


def _frame(lines: Lines, return_address: int) -> int:
    """Bytes that a function stacks, its return address among them."""
    size = return_address + sum(word == "push" for word, _ in lines)
    size += sum(
        return_address for word, rest in lines if word == "rcall" and rest.startswith(".+0")
    )
    return size + _subtracted(lines)


def _subtracted(lines: Lines) -> int:
    """What the prologue takes off Y, which becomes the stack pointer: a frame's bytes."""
    starts = [n for n, (word, rest) in enumerate(lines) if (word, rest[:9]) == ("in", "r29, 0x3e")]
    if not starts:
        return 0
    (word, low), (_, high) = lines[starts[0] + 1 : starts[0] + 3]
    if word not in ("sbiw", "subi") or not low.startswith("r28"):
        return 0
    above = _NUMBER.findall(high) if word == "subi" else []  # none: sbc r29, r1
    return int(_NUMBER.findall(low)[0], 16) | (int(above[0], 16) << 8 if above else 0)


def _called(lines: Lines, name: str) -> set[str]:
    """What a function calls, or leaves for; a loop may begin where it does itself."""
    found = set()
    for word, rest in lines:
        target = _TARGET.search(rest)
        if not target or target[2] is not None:
            continue
        if word in _CALLS or (word in _JUMPS and target[1] != name):
            found.add(target[1])
    return found
