"""The thimble command: one name for all, with help. test_installed has it installed."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from thimble.commands import COMMANDS, Command

ROOT = Path(__file__).parents[1]


def thimble(*words: str) -> subprocess.CompletedProcess[str]:
    """Run it as a user does."""
    command = [sys.executable, "-m", "thimble", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_help_lists_every_command() -> None:
    """With what it does; without a word, too."""
    shown = thimble("--help")
    assert shown.returncode == 0
    assert shown == thimble() or shown.stdout == thimble().stdout
    for name, command in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(command.about)}$", shown.stdout, re.MULTILINE)


def test_nothing_is_imported_for_the_help() -> None:
    """Not even NumPy: it is there at once."""
    code = "import sys, thimble.__main__ as t; t.overview(); sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command_is_its_module(command: Command) -> None:
    """There is such a module, and pip knows the extra."""
    assert importlib.util.find_spec(command.module)
    assert command.main
    for extra in command.extra.split(","):
        assert f"\n{extra} = [" in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("words", [("compile", "--help"), ("help", "compile")])
def test_help_calls_it_as_the_user_did(words: tuple[str, str]) -> None:
    """Not by python -m."""
    shown = thimble(*words)
    assert shown.returncode == 0
    assert shown.stdout.startswith("usage: thimble compile ")
    assert "python -m" not in shown.stdout
    assert "usage: python -m convert.compiler " in run_module("convert.compiler", "--help")


def run_module(*words: str) -> str:
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("words", "status", "line"),
    [
        (("compil",), 2, "error: thimble has no command 'compil'; did you mean compile? "),
        (("xyzzy",), 2, "error: thimble has no command 'xyzzy'; thimble --help lists them"),
        (("compile",), 2, "error: the following arguments are required: model; thimble compile"),
        (("compile", "nowhere.tflite"), 1, "error: "),
        (("completion", "fish"), 2, "error: argument shell: 'fish' is none of bash, zsh"),
    ],
)
def test_a_mistake_is_one_line(words: tuple[str, ...], status: int, line: str) -> None:
    """And names the way out."""
    shown = thimble(*words)
    assert shown.returncode == status
    assert shown.stdout == ""
    assert shown.stderr.startswith(line)
    assert shown.stderr.count("\n") == 1


def test_files_are_completed() -> None:
    """Of every argument that is one."""
    script = thimble("completion", "bash").stdout
    assert "_shtab_thimble_compile_pos_0_COMPGEN=_shtab_compgen_files" in script
    assert "_shtab_thimble_compile___out_COMPGEN=_shtab_compgen_files" in script
