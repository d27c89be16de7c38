"""The README is true: its commands exist, its links lead somewhere, every option is explained."""

import argparse
import importlib
import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
COMMANDS = [
    line.removeprefix("$ ").split("#")[0].strip()
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]
MODULES = [
    "convert.carray",
    "convert.compare.__main__",
    "convert.compiler.__main__",
    "convert.compiler.command.check",
    "convert.compiler.command.estimate",
    "convert.compiler.survey",
    "convert.export",
    "convert.networks",
    "convert.package.__main__",
    "convert.report.__main__",
    "convert.robustness.__main__",
    "convert.sweep",
    "convert.web.__main__",
    "firmware.bench.__main__",
    "firmware.build",
    "firmware.client",
    "firmware.flash",
    "firmware.overview",
    "firmware.validate",
    "runtime.benchmark",
    "runtime.evaluate",
    "runtime.predict",
    "runtime.web.__main__",
    "train.fit",
]


def parser(module: str) -> argparse.ArgumentParser:
    return importlib.import_module(module).parser()  # type: ignore[no-any-return]


@pytest.mark.parametrize("command", COMMANDS)
def test_command_of_the_readme_is_understood(command: str) -> None:
    """Every module takes the options that the README gives it; every make target exists."""
    words = shlex.split(command)
    if words[0] == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert set(words[1:]) <= set(targets)
        return
    assert words[:2] == [".venv/bin/python", "-m"]
    is_package = (ROOT / words[2].replace(".", "/")).is_dir()
    module = words[2] + (".__main__" if is_package else "")
    assert module in MODULES
    parser(module).parse_args(words[3:])


def test_there_are_commands() -> None:
    """The pattern above finds them."""
    assert len(COMMANDS) > 10


@pytest.mark.parametrize("module", MODULES)
def test_every_option_is_explained(module: str) -> None:
    """--help says something of each option and argument, and of the command."""
    made = parser(module)
    assert made.description
    for action in made._actions:
        assert action.help, action


def test_paths_in_the_readme_exist() -> None:
    """Files of the repository that are named in the text are there."""
    named = set(re.findall(r"`((?:train|runtime|convert|firmware|tests)/[\w./-]*)`", README))
    assert named
    for path in named:
        assert (ROOT / path).exists(), path


def test_every_operator_is_named() -> None:
    """What the compiler takes stands in the README."""
    from convert.compiler.operators import registry

    assert not [name for name in registry() if not re.search(rf"\b{name}\b", README)]


def test_readme_python_example_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example in the README reads the two that comes with the runtime."""
    monkeypatch.chdir(ROOT)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    printed: list[object] = []
    exec(code, {"print": printed.append})  # noqa: S102 - our own README
    assert printed == ["2"]


def test_example_pictures_are_read(run) -> None:  # type: ignore[no-untyped-def]
    """Each is named for its digit."""
    names = ("two.jpg", "seven.jpg", "zero.png")
    done = run("runtime.predict", *(f"runtime/examples/{name}" for name in names))
    assert done.returncode == 0, done.stderr
    answers = [line.split()[3] for line in done.stdout.splitlines() if "examples" in line]
    assert answers == ["2", "7", "0"]
