"""What a C compiler makes of generated code: bytes of code and tables, and the stack it needs."""

import re
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from convert import publish
from convert.compiler.build import Compiled
from convert.compiler.emit import kernels
from runtime.errors import ToolError

OLDEST = 10
"""The first GCC with -fcallgraph-info."""
_NODE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]*)"')
_EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
_FRAME = re.compile(r"(\d+) bytes \((static|dynamic[^)]*)\)")


@dataclass(frozen=True)
class Cost:
    """Measured on an object file, in bytes."""

    code: int
    tables: int  # constants, the weights among them
    ram: int  # statics: there must be none
    stack: int  # of the deepest chain of calls, without helpers of the compiler's own library


def measure(compiled: Compiled, command: str) -> Cost:
    """Compile with ``command``, a GCC with its options, and read off the cost; raises ToolError."""
    words = split(command)
    _check_compiler(words)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        publish.files(folder, compiled.files())
        source = f"{compiled.unit.name}.c"
        options = ("-std=c99", "-ffreestanding", "-fcallgraph-info=su")
        run([*words, *options, "-c", source, "-o", "model.o"], folder)
        sizes = sections(run([_size(words[0]), "-A", "model.o"], folder))
        graph = next(folder.glob("*.ci")).read_text()
    return Cost(
        code=_sum(sizes, ".text"),
        # .data.rel.ro is constant as well: structs that point at tables, relocated by a loader
        tables=_sum(sizes, ".rodata") + _sum(sizes, ".data.rel.ro"),
        ram=_sum(sizes, ".data", but=".data.rel.ro") + _sum(sizes, ".bss"),
        stack=deepest(graph),
    )


def split(command: str) -> list[str]:
    """A command as words; raises ToolError for none, and for a quote that nothing closes."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ToolError(f"--cc {command!r} is not a command ({error}): mend its quotes") from error
    if not words:
        raise ToolError("--cc is empty: give a compiler, for instance arm-none-eabi-gcc")
    return words


def _check_compiler(words: list[str]) -> None:
    """Raise ToolError unless it is a GCC that writes call graphs with the stack's use."""
    with tempfile.TemporaryDirectory() as name:
        about = run([*words[:1], "--version"], Path(name)).lower()
        version = run([*words[:1], "-dumpversion"], Path(name)).strip()
    major = re.match(r"\d+", version)
    if "clang" in about or "free software foundation" not in about or not major:
        raise ToolError(f"{words[0]} is no GCC: --cc needs GCC {OLDEST} or newer for the stack")
    if int(major[0]) < OLDEST:
        raise ToolError(f"{words[0]} is GCC {version}: --cc needs {OLDEST} or newer for the stack")


def run(words: list[str], folder: Path) -> str:
    """What a program of the toolchain prints, run in ``folder``; raises ToolError."""
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    except OSError as error:
        raise ToolError(f"{words[0]} cannot be run ({error.strerror}): install it") from error
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise ToolError(f"{words[0]} failed: {lines[0]}")
    return done.stdout


def _size(compiler: str) -> str:
    """The ``size`` that belongs to a compiler: arm-none-eabi-gcc has arm-none-eabi-size."""
    return re.sub(r"(gcc|cc)(-[0-9.]+)?$", "size", compiler)


def sections(text: str) -> dict[str, int]:
    """Bytes by section's name, from what ``size -A`` prints."""
    rows = (line.split() for line in text.splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) == 3 and row[0].startswith(".")}


def _sum(sizes: Mapping[str, int], prefix: str, but: str = "-") -> int:
    return sum(
        size for name, size in sizes.items() if name.startswith(prefix) and not name.startswith(but)
    )


def deepest(graph: str, root: str | None = None, unknown: int = 0) -> int:
    """Bytes of the deepest chain of calls in GCC's call graph (VCG, with stack usage).

    ``graph`` may be several files' graphs, one after the other. ``root`` is where chains start,
    None: anywhere; ``unknown`` is what a function without a frame in the graph counts for. What the
    kernels' assembly functions push, which GCC does not see, is added.
    Raises ToolError when a frame is not static, the calls form a circle, or there is no root.
    """
    assembly = kernels.assembly_stack()
    frames: dict[str, int] = {}
    for title, label in _NODE.findall(graph):
        found = _FRAME.search(label)
        if found and found[2] != "static":
            raise ToolError(f"the stack of {title} is not known at compile time")
        if found or title not in frames:
            frames[title] = int(found[1]) if found else unknown
        name = title.rsplit(":", 1)[-1].split(".")[0]
        frames[title] += assembly.get(name, 0)
    if root is not None and root not in frames:
        raise ToolError(f"there is no function {root} in the call graph")
    calls: dict[str, set[str]] = {title: set() for title in frames}
    for caller, callee in _EDGE.findall(graph):
        calls[caller].add(callee)

    def depth(title: str, above: tuple[str, ...] = ()) -> int:
        if title in above:
            raise ToolError(f"{title} calls itself: its stack is not known at compile time")
        below = (depth(callee, (*above, title)) for callee in calls.get(title, ()))
        return frames.get(title, 0) + max(below, default=0)

    return depth(root) if root else max(map(depth, frames), default=0)
