"""What every command of thimble shares: how it fails, how it is stopped, how its tables look."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from runtime.errors import ThimbleError

Command = Callable[[Sequence[str] | None], int]
"""A command's ``main``: takes arguments (None: those of the process), returns the exit status."""


def run(command: Command) -> NoReturn:
    """Run ``command`` and leave the process: 1 after a ThimbleError, 130 after Ctrl-C."""
    try:
        status = command(None)
        sys.stdout.flush()
    except ThimbleError as error:
        fail(error)
        status = 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        status = 130
    except BrokenPipeError:  # the reader, say `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)


def fail(error: Exception) -> None:
    """Print ``error`` as one line on standard error."""
    print("error: " + " ".join(str(error).split()), file=sys.stderr)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown: the first column left-aligned, the others right-aligned."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        first = cells[0].ljust(widths[0])
        rest = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
        return "| " + " | ".join([first, *rest]) + " |"

    rule = "|-" + "-|-".join(["-" * widths[0]] + ["-" * w + ":" for w in widths[1:]]) + "-|"
    rule = rule.replace(":-|", ":|")
    return "\n".join([line(header), rule, *map(line, rows)])
