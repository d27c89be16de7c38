"""The documents are true: commands are understood, links lead somewhere, options are explained.

tests/test_documents.py runs the commands.
"""

import argparse
import importlib
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from convert.compiler.operators import registry
from convert.compiler.targets.options import Target
from tests import reference
from tests.conftest import Command
from thimble.commands import COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "firmware" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
DEVELOPERS = ROOT / "CONTRIBUTING.md"


def blocks(page: Path) -> list[list[str]]:
    """The commands of each block that shows some, with their comments."""
    found = re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL)
    lines = [[one for one in text.splitlines() if one.startswith("$ ")] for text in found]
    return [[line.removeprefix("$ ") for line in block] for block in lines]


COMMANDS_SHOWN = sorted(
    {
        line.split("#")[0].strip()
        for page in PAGES
        if page.name != "reference.md"
        for block in blocks(page)
        for line in block
    }
)
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
    "train.search.__main__",
]


def parser(module: str) -> argparse.ArgumentParser:
    return importlib.import_module(module).parser()


def understood(words: list[str]) -> argparse.ArgumentParser | None:
    """The command line that takes the rest of ``words``; None for what is not ours."""
    if words[0] == "thimble":
        return None if words[1] in ("completion", "--help") else COMMANDS[words[1]].parser()
    if words[:2] == ["python", "-m"] and words[2].split(".")[0] != "tests":
        is_package = (ROOT / words[2].replace(".", "/")).is_dir()
        return parser(words[2] + (".__main__" if is_package else ""))
    return None


@pytest.mark.parametrize("command", COMMANDS_SHOWN)
def test_a_command_that_is_shown_is_understood(command: str) -> None:
    """Every command takes the options that a page gives it; every make target exists."""
    words = shlex.split(command)
    if words[0] == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert {word for word in words[1:] if "=" not in word} <= set(targets)
        return
    assert words[0] in ("thimble", "python", "pip"), command
    line = understood(words)
    if line is not None:
        line.parse_args(words[2 if words[0] == "thimble" else 3 :])


def test_there_are_commands() -> None:
    """The pattern above finds them, on every page that has some."""
    assert len(COMMANDS_SHOWN) > 40
    assert "thimble compile kws.tflite" in COMMANDS_SHOWN


@pytest.mark.parametrize("module", MODULES)
def test_every_option_is_explained(module: str) -> None:
    """--help says something of each option and argument, and of the command."""
    made = parser(module)
    assert made.description
    for action in made._actions:
        assert action.help, action


def anchors(page: Path) -> set[str]:
    """What a link to one of the page's headings is called, by GitHub's rule."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in titles}


@pytest.mark.parametrize("page", [*PAGES, DEVELOPERS], ids=lambda page: page.name)
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    """Links within the repository, their anchors, and files of it that are named."""
    text = page.read_text()
    for link in re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", text):
        place, _, anchor = (link[0] or link[1]).partition("#")
        if place.startswith(("http:", "https:")):
            continue
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), place
        assert not anchor or anchor in anchors(target), (place, anchor)
    for path in re.findall(r"`((?:train|runtime|convert|firmware|tests)/[\w./-]*)`", text):
        assert re.search("NAME|FOLDER", path) or (ROOT / path).exists(), path


def test_the_readme_is_one_screen() -> None:
    """At most 150 lines; and it leads to every document."""
    text = PAGES[0].read_text()
    assert len(text.splitlines()) <= 150
    for page in (ROOT / "docs").glob("*.md"):
        assert f"(docs/{page.name})" in text, page.name


def test_every_operator_is_named() -> None:
    """What the compiler takes stands in the page on it."""
    text = (ROOT / "docs" / "compile.md").read_text()
    assert not [name for name in registry() if not re.search(rf"\b{name}\b", text)]


def test_every_target_is_named() -> None:
    """And every core."""
    text = (ROOT / "docs" / "compile.md").read_text()
    assert not [target for target in Target if not re.search(rf"`(--target )?{target}`", text)]


def test_the_reference_is_what_the_commands_say() -> None:
    """docs/reference.md was made again when a command changed."""
    done = subprocess.run(
        [sys.executable, "-c", "from tests import reference; print(reference.page(), end='')"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == reference.PAGE.read_text()


def test_the_python_example_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example reads the two that comes with the runtime."""
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "train.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    printed: list[object] = []
    exec(code, {"print": printed.append})  # noqa: S102 - our own page
    assert printed == ["2"]


def test_example_pictures_are_read(run: Command) -> None:
    """Each is named for its digit."""
    names = ("two.jpg", "seven.jpg", "zero.png")
    done = run("runtime.predict", *(f"runtime/examples/{name}" for name in names))
    assert done.returncode == 0, done.stderr
    answers = [line.split()[3] for line in done.stdout.splitlines() if "examples" in line]
    assert answers == ["2", "7", "0"]
