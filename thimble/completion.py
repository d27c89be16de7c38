"""Completion in shells: ``thimble completion bash|zsh|tcsh`` prints a script for it."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from runtime import console
from runtime.errors import ToolError
from thimble.commands import COMMANDS
from thimble.extras import install

NAME = "completion"
SHELLS = ("bash", "zsh", "tcsh")
PATHS = ("FILE", "DIR", "PATH")
"""What arguments that are files or folders are called."""
ABOUT = """Print what makes a shell complete thimble's commands, options and files.

For example:
  thimble completion bash > ~/.local/share/bash-completion/completions/thimble
  thimble completion zsh > ~/.zfunc/_thimble     # with fpath+=~/.zfunc before compinit
  thimble completion tcsh > ~/.thimble.tcsh      # and source it in ~/.tcshrc

Commands whose extra is not installed are completed by name alone; print it again when one is.
"""


def parser() -> argparse.ArgumentParser:
    """The command line of ``thimble completion``."""
    result = console.Parser("thimble completion", description=ABOUT)
    result.add_argument("shell", choices=SHELLS, help="whose script to print")
    return result


def main(words: Sequence[str]) -> int:
    """Print the script for a shell; gives the exit status."""
    options = console.parse(parser(), words)
    try:
        import shtab  # noqa: PLC0415 - the runtime alone does without
    except ImportError as error:
        raise ToolError(f"completion needs shtab: {install('compiler')}") from error
    commands = whole()
    for action in _arguments(commands):
        if action.type is Path or action.metavar in PATHS or action.dest == "model":
            action.complete = shtab.FILE  # type: ignore[attr-defined] # as shtab wants to be told
    print(shtab.complete(commands, options.shell))
    return 0


def _arguments(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Those of ``parser`` and of all commands below it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _arguments(below)
        else:
            yield action


def whole() -> argparse.ArgumentParser:
    """One parser with all commands below it, as far as they are installed."""
    result = argparse.ArgumentParser("thimble")
    below = result.add_subparsers()
    for name, command in COMMANDS.items():
        try:
            parents = [command.parser()]
        except ImportError:
            parents = []
        # The parent's own -h is taken over with the rest.
        below.add_parser(name, help=command.about, parents=parents, add_help=not parents)
    below.add_parser(NAME, help="print a script for a shell", parents=[parser()], add_help=False)
    return result
