"""What every command of thimble shares: how it speaks, fails, is stopped, and how its tables look.

A command notes what it is doing, shows how far it is, and ends with a short table; with --json its
only output is the same figures for machines, with --quiet there are only errors. Colour and
progress are for terminals; NO_COLOR turns colour off (no-color.org).
"""

import argparse
import difflib
import enum
import errno
import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, Any, NoReturn, TypeVar

import tabulate

from runtime.errors import BackendError, Terminated, ThimbleError

tabulate.MIN_PADDING = 0  # or every column is as wide as its header and two more

Item = TypeVar("Item")

Command = Callable[[Sequence[str] | None], int]
"""A command's ``main``: takes arguments (None: those of the process), returns the exit status."""


class Output(enum.Enum):
    """What a command prints on standard output."""

    TEXT = "notes on its way, and tables"
    JSON = "JSON"
    QUIET = "nothing"


MARK = "<--"
"""At the end of a table's last cell: look here. The row is coloured."""
_BOLD, _RED, _YELLOW = "1", "31", "33"
_BARS = threading.RLock()
_output = Output.TEXT
_names: Mapping[str, str] = {}


def speak_as(names: Mapping[str, str]) -> None:
    """From here on call ``python -m MODULE`` by ``names[MODULE]`` in all that is said to people."""
    global _names  # noqa: PLW0603 - a process is called in one way
    _names = names


def named(text: str) -> str:
    """``text`` with the commands in it called as this one was."""
    if not _names:
        return text
    known = "|".join(re.escape(name) for name in sorted(_names, key=len, reverse=True))
    pattern = rf"(?:python -m )?(?<![\w./])({known})(?!\.?\w)"
    return re.sub(pattern, lambda m: _names[m[1]], text)


class Parser(argparse.ArgumentParser):
    """A command line with --json and --quiet; what it does not understand is one line."""

    def __init__(self, prog: str, description: str | None = None) -> None:
        told = named(description or "").replace("``", "")
        layout = argparse.RawDescriptionHelpFormatter
        super().__init__(named(prog), description=told, formatter_class=layout)
        how = self.add_mutually_exclusive_group()
        how.add_argument("--json", action="store_true", help="print the result as JSON only")
        how.add_argument("--quiet", action="store_true", help="print nothing but errors")

    def format_help(self) -> str:
        """With the names that commands are called by."""
        return named(super().format_help())

    def _get_value(self, action: argparse.Action, arg_string: str) -> Any:
        """The value that a word stands for: of an enumeration, the one that is called so."""
        offered = list(action.choices or ())
        if not offered or not isinstance(offered[0], enum.Enum):
            return super()._get_value(action, arg_string)
        for one in offered:
            if str(one) == arg_string:
                return one
        raise _none_of(action, arg_string)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Raise ArgumentError, with what is offered, for anything else."""
        if action.choices is not None and value not in action.choices:
            raise _none_of(action, str(value))

    def error(self, message: str) -> NoReturn:
        """Leave the process with status 2."""
        self.exit(2, f"{_error(message)}; {self.prog} --help says more\n")


def _none_of(action: argparse.Action, text: str) -> argparse.ArgumentError:
    offered = [str(one) for one in action.choices or ()]
    near = difflib.get_close_matches(text.lower(), offered, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return argparse.ArgumentError(action, f"{text!r} is none of {', '.join(offered)}{hint}")


def parse(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> argparse.Namespace:
    """The options in ``argv``; from here on the process speaks as --json or --quiet say."""
    options = parser.parse_args(argv)
    speak(Output.JSON if options.json else Output.QUIET if options.quiet else Output.TEXT)
    return options


def speak(output: Output) -> None:
    """From here on print what ``output`` says."""
    global _output  # noqa: PLW0603 - a process has one standard output
    _output = output


def output() -> Output:
    """What this process prints."""
    return _output


def note(text: str) -> None:
    """Say what is going on, as a line for people."""
    if _output is Output.TEXT:
        print(named(text), flush=True)


def finish(text: str, data: Any) -> None:
    """End a command: ``text`` with its tables for people, or ``data`` as JSON for machines."""
    if _output is Output.JSON:
        print(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))
    elif _output is Output.TEXT and text:
        text = named(text)
        print(_coloured(text) if _takes_colour(sys.stdout) else text)


def progress(items: Iterable[Item], what: str, total: int | None = None) -> Iterable[Item]:
    """``items``, with a bar on a terminal that says how many of ``total`` are done, and time left.

    The bar is tqdm's. Where only numpy and Pillow are installed, there is none.
    """
    try:
        from tqdm import tqdm  # noqa: PLC0415 - not every installation has it
    except ImportError:
        return items
    # Its own lock is shared by processes: one that is killed would leave it to be complained of.
    tqdm.set_lock(_BARS)
    hidden = True if _output is Output.QUIET else None  # None: where there is no terminal
    bar: Iterable[Item] = tqdm(items, what, total, leave=False, disable=hidden)
    return bar


def _takes_colour(stream: IO[str]) -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not plain


def _style(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"


def _coloured(text: str) -> str:
    """``text`` with the headers of its tables in bold and marked rows in yellow."""
    bold = re.sub(r"^\|.*\|$(?=\n\|:?-)", lambda m: _style(m[0], _BOLD), text, flags=re.MULTILINE)
    marked = rf"^\|.*{MARK} *\|$"
    return re.sub(marked, lambda m: _style(m[0], _YELLOW), bold, flags=re.MULTILINE)


def run(command: Command) -> NoReturn:
    """Run ``command``, on Linux under supervision, and leave the process.

    The status is 1 after a ThimbleError, 130 after Ctrl-C, 143 after SIGTERM.
    """
    _open_standard_files()
    if sys.platform != "linux":
        sys.exit(_status(command))
    from runtime import supervisor  # noqa: PLC0415 - other systems cannot import it

    supervisor.run(lambda: _status(command), lambda text: fail(BackendError(text)))


def _open_standard_files() -> None:
    """Let those that are closed lead nowhere, so that no other file gets their descriptors."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest number that is free: this one
            setattr(sys, name, os.fdopen(number, "w" if number else "r"))


def _status(command: Command) -> int:
    try:
        status = command(None)
        sys.stdout.flush()
    except ThimbleError as error:
        fail(error)
        return 1
    except KeyboardInterrupt as stop:
        print("interrupted", file=sys.stderr)
        return 143 if isinstance(stop, Terminated) else 130
    except BrokenPipeError:  # the reader, say `head`, has seen enough
        _forget_output()
        return 0
    except (OSError, MemoryError) as error:
        reason = _shortage(error)
        if not reason:
            raise
        fail(reason)
        _forget_output()
        return 1
    return status


def _forget_output() -> None:
    """Let Python at its end not try once more to write what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _shortage(error: OSError | MemoryError) -> str:
    """What the machine lacks, which is nobody's mistake; empty where it is something else."""
    if isinstance(error, MemoryError):
        return f"the memory does not suffice ({error or 'no more is to be had'}): give less data"
    if "usable temporary directory" in str(error):
        return "no temporary folder can be written: make room, or set TMPDIR to another folder"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        where = error.filename or "the output, or a temporary file,"
        return f"{where} cannot be written: {error.strerror}"
    return ""


def fail(error: object) -> None:
    """Print ``error`` as one line on standard error."""
    print(_error(str(error)), file=sys.stderr)


def _error(message: str) -> str:
    sign = _style("error:", _RED) if _takes_colour(sys.stderr) else "error:"
    return f"{sign} {named(' '.join(message.split()))}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown: the first column left-aligned, the others right-aligned."""
    sides = ["left"] + ["right"] * (len(header) - 1)
    rows = [[_printable(cell) for cell in row] for row in rows]
    return tabulate.tabulate(rows, header, "pipe", colalign=sides, disable_numparse=True)


def _printable(cell: str) -> str:
    """``cell`` on one line: a file's name may hold anything."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in cell)
