"""``thimble COMMAND ...``, which is also ``python -m thimble COMMAND ...``."""

import difflib
import sys
from collections.abc import Sequence
from typing import NoReturn

from runtime import console
from runtime.errors import ToolError
from thimble import completion
from thimble.commands import COMMANDS, GROUPS, Command
from thimble.extras import install, needed, version

ABOUT = "Any int8 .tflite to one C file, and small networks from data to proven int8 on a board."
HELP = ("-h", "--help")
NAMES = {command.module: f"thimble {name}" for name, command in COMMANDS.items()}
"""What a command is called in all that is said, by its module."""


def main() -> NoReturn:
    """Run the command that the process was called with, and leave the process."""
    console.speak_as(NAMES)
    console.run(lambda _: dispatch(sys.argv[1:]))


def dispatch(words: Sequence[str]) -> int:
    """Run ``words``, a command's name and what it is given; gives the exit status."""
    name, given = (words[0], words[1:]) if words else ("--help", ())
    if name == "help" and given:
        name, given = given[0], HELP[1:]
    if name in (*HELP, "help"):
        print(overview())
        return 0
    if name == "--version":
        print(f"thimble {version()}")
        return 0
    if name == completion.NAME:
        return completion.main(given)
    if name not in COMMANDS:
        return _unknown(name)
    return _call(COMMANDS[name], given)


def overview() -> str:
    """The help of ``thimble``: what it is, and its commands in groups."""
    lines = ["usage: thimble COMMAND ...", "", ABOUT]
    for title, group in GROUPS.items():
        lines += ["", f"{title}:"]
        lines += [f"  {command.name:<11} {command.about}" for command in group]
    lines += ["", "Besides:"]
    lines += [
        f"  {name:<11} {about}"
        for name, about in (
            ("completion", "print what makes a shell complete all this"),
            ("--version", "print the version"),
        )
    ]
    return "\n".join([*lines, "", "thimble COMMAND --help explains a command."])


def _unknown(name: str) -> int:
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    console.fail(f"thimble has no command {name!r}; {hint}thimble --help lists them")
    return 2


def _call(command: Command, words: Sequence[str]) -> int:
    try:
        return command.main(words)
    except ModuleNotFoundError as error:
        lacking = needed(error.name)
        if lacking is None:
            raise
        said = f"thimble {command.name} needs {lacking}: {install(command.extra)}"
        if not set(words) & set(HELP):
            raise ToolError(said) from error
        print(f"thimble {command.name}: {command.about}\n\nIts options can be shown when {said}")
        return 0


if __name__ == "__main__":
    main()
