"""The stack that an AVR image needs, read off its code: avr-gcc 5 writes no call graphs.

What a function pushes, what it takes for a frame, and what it calls, from objdump's disassembly, in
the form that GCC writes of other cores. A function is what its entry leads to without a call, not
what stands below a label: the libraries' functions in assembly go on behind the next one's label,
jump into each other, and call labels of their own.
"""

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from runtime.errors import ToolError

_LABEL = re.compile(r"^([0-9a-f]+) <(\w[\w.]*)>:$")
_LINE = re.compile(r"^\s+([0-9a-f]+):\t(?:[0-9a-f]{2} )+\s*\t(\w+)\s*(.*)$")
_TARGET = re.compile(r"; 0x([0-9a-f]+)")
_NUMBER = re.compile(r"0x([0-9A-Fa-f]+)")
_VECTOR = re.compile(r"__vector_\w+$")
_ANEW = ("stopped", "core_stack_is_used")
"""Functions of startup.c that begin the stack anew, or run on what was begun so."""
_CALLS, _JUMPS, _RETURNS = ("call", "rcall"), ("jmp", "rjmp"), ("ret", "reti")
_SKIPS = ("cpse", "sbic", "sbis", "sbrc", "sbrs")
_ANYWHERE = ("ijmp", "eijmp")
_UNKNOWN = ("icall", "eicall")
_TABLE_JUMP = "__tablejump"  # of the compiler's library: on to where a table says


@dataclass(frozen=True)
class Line:
    """An instruction."""

    word: str
    rest: str
    target: int  # the address that it may go to; -1: none, or one that is not written


@dataclass
class Body:
    """What a function's entry leads to without a call."""

    lines: set[int] = field(default_factory=set)  # numbers of instructions
    calls: set[int] = field(default_factory=set)  # addresses
    returns: bool = False


def graph(disassembly: str, return_address: int) -> str:
    """The call graph of what ``objdump -d`` prints; calls push so many bytes.

    ``interrupt`` calls every interrupt's handler. Raises ToolError for a call through a pointer.
    """
    code = _Code(disassembly)
    vectors = [at for at, name in code.labels.items() if _VECTOR.match(name)]
    parts = [_node("interrupt", 0)]
    parts += [_edge("interrupt", code.labels[at]) for at in vectors]
    found = {at: code.body(at) for at in (*vectors, code.find("main"))}
    waiting = list(found)
    while waiting:
        at = waiting.pop()
        name = code.name(at)
        parts.append(_node(name, code.frame(found[at], return_address)))
        for called in sorted(found[at].calls):
            parts.append(_edge(name, code.name(called)))
            if called not in found:
                found[called] = code.body(called)
                waiting.append(called)
    return "\n".join(parts)


def _node(name: str, size: int) -> str:
    return f'node: {{ title: "{name}" label: "{name}\\n{size} bytes (static)" }}'


def _edge(name: str, to: str) -> str:
    return f'edge: {{ sourcename: "{name}" targetname: "{to}" }}'


class _Code:
    """An image's instructions, and where they lead."""

    def __init__(self, disassembly: str) -> None:
        self.labels: dict[int, str] = {}
        self._lines: list[Line] = []
        self._places: list[int] = []  # addresses of _lines, rising
        self._bodies: dict[int, Body] = {}
        for line in disassembly.splitlines():
            if found := _LABEL.match(line):
                self.labels[int(found[1], 16)] = found[2]
            elif found := _LINE.match(line):
                target = _TARGET.search(found[3])
                self._lines.append(Line(found[2], found[3], int(target[1], 16) if target else -1))
                self._places.append(int(found[1], 16))
        self._starts = sorted(self.labels)

    def find(self, name: str) -> int:
        """The address of a function; raises ToolError when there is none."""
        for at, label in self.labels.items():
            if label == name:
                return at
        raise ToolError(f"there is no function {name} in the image")

    def name(self, at: int) -> str:
        """How an address is called: "__fp_split3", or "__fp_split3+0xe"."""
        start = self._starts[bisect.bisect_right(self._starts, at) - 1]
        return self.labels[start] + (f"+{at - start:#x}" if at > start else "")

    def body(self, at: int) -> Body:
        """What the function that begins at an address consists of."""
        if at in self._bodies:
            return self._bodies[at]
        # While it is not known, a function that calls itself returns.
        self._bodies[at] = Body(returns=True)
        body, waiting = Body(), [self._number(at)]
        while waiting:
            number = waiting.pop()
            if number not in body.lines:
                body.lines.add(number)
                waiting += self._next(number, body)
        self._bodies[at] = body
        return body

    def _number(self, at: int) -> int:
        number = bisect.bisect_left(self._places, at)
        if number == len(self._places) or self._places[number] != at:
            raise ToolError(f"the stack is not known: there is no instruction at {at:#x}")
        return number

    def _next(self, number: int, body: Body) -> Iterator[int]:
        """The instructions that may follow one in the same function; notes calls and returns."""
        line = self._lines[number]
        if line.word in _RETURNS:
            body.returns = True
        elif line.word in _UNKNOWN:
            raise ToolError(
                f"{self.name(self._places[number])} calls what a pointer names: its stack is not "
                "known at compile time"
            )
        elif line.word in _ANYWHERE:
            body.returns = True
            yield from self._around(number)
        elif line.word in _CALLS:
            if self._is_push(number) or self._call(line.target, body):
                yield number + 1
        else:
            yield from self._onward(number, line)

    def _onward(self, number: int, line: Line) -> Iterator[int]:
        if line.word not in _JUMPS:
            yield number + 1
        if line.word in _SKIPS:
            yield number + 2
        if line.target in self.labels and self.labels[line.target] in _ANEW:
            return
        if line.word in _JUMPS or (line.word.startswith("br") and line.word != "break"):
            yield self._number(line.target)
            if self.name(line.target).startswith(_TABLE_JUMP):
                yield from self._around(number)

    def _around(self, number: int) -> Iterator[int]:
        """All that stands below the same label: where a table may lead."""
        place = bisect.bisect_right(self._starts, self._places[number])
        start = self._starts[place - 1]
        end = self._starts[place] if place < len(self._starts) else self._places[-1] + 1
        yield from range(self._number(start), bisect.bisect_left(self._places, end))

    def _call(self, target: int, body: Body) -> bool:
        """Note a call; gives whether it comes back."""
        if self.labels.get(target) in _ANEW:
            return False
        body.calls.add(target)
        return self.body(target).returns

    def _is_push(self, number: int) -> bool:
        """Whether it is a call of what follows it, which avr-gcc takes for pushing so much."""
        line = self._lines[number]
        return line.word == "rcall" and line.rest.startswith(".+0 ")

    def frame(self, body: Body, return_address: int) -> int:
        """Bytes that a function stacks, its return address among them."""
        words = [self._lines[number].word for number in body.lines]
        calls = sum(self._is_push(number) for number in body.lines)
        taken = sum(self._subtracted(number) for number in body.lines)
        return words.count("push") + return_address * (1 + calls) + taken

    def _subtracted(self, number: int) -> int:
        """What a prologue takes off Y, which becomes the stack pointer: a frame's bytes."""
        line = self._lines[number]
        if (line.word, line.rest[:9]) != ("in", "r29, 0x3e"):
            return 0
        low, high = self._lines[number + 1 : number + 3]
        if low.word not in ("sbiw", "subi") or not low.rest.startswith("r28"):
            return 0
        above = _NUMBER.findall(high.rest) if low.word == "subi" else []  # none: sbc r29, r1
        return int(_NUMBER.findall(low.rest)[0], 16) | (int(above[0], 16) << 8 if above else 0)
