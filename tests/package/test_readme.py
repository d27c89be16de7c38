"""The README of every kind of library: one name for the tool, columns in line, heads on tables."""

import re
import shlex
from pathlib import Path

import pytest

from convert.compiler.command import check
from convert.package import __main__ as command
from convert.package import text
from convert.package.targets import kinds
from tests.package import packaged

COMMENT = re.compile(r"(.*\S) {2,}((?:#|//) .*)")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nano for every target, with a name that no column was drawn for."""
    out = tmp_path_factory.mktemp("made")
    more = [word for kind in kinds() for word in ("--for", kind)]
    packaged.make("cmake", "nano", out, "--name", "a_rather_long_name", *more)
    return out


@pytest.mark.parametrize("kind", kinds())
def test_readme(kind: str, made: Path) -> None:
    """Comments behind code are in one column, no table lacks its heads, thimble is called so."""
    page = (made / f"a_rather_long_name-{kind}/README.md").read_text()
    for block in re.findall(r"^```\w+\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        found = [COMMENT.fullmatch(line) for line in block.splitlines()]
        assert len({row.start(2) for row in found if row}) <= 1
    assert not re.search(r"^\|[ |]*\|$", page, re.MULTILINE)
    assert "python -m" not in page
    assert re.search("Made by `thimble package [^`]*--for " + kind, page)
    assert "`thimble check model.tflite --count 1000`" in page
    assert not re.search(r"\b1 (values|numbers)\b", page)


@pytest.mark.parametrize("kind", ["cmake", "python"])
def test_commands_are_understood(kind: str, tmp_path: Path) -> None:
    """What the README gives to make it and to check it; each makes the same library again."""
    words = ["--match", "ref", "--name", "other", "--optimize", "size"]
    library = packaged.make(kind, "nano", tmp_path / "one", *words)
    page = (library / "README.md").read_text()
    told = [shlex.split(one) for one in re.findall(r"`thimble ([^`]*)`", page)]
    (made,), (checked,) = ([row[1:] for row in told if row[0] == n] for n in ("package", "check"))
    assert check.parser().parse_args(checked).count == 1000
    (tmp_path / "model.tflite").write_bytes(packaged.NANO.read_bytes())
    for name in ("contract.json", "labels.txt"):
        (tmp_path / name).write_bytes((packaged.NANO.parent / name).read_bytes())
    again = [str(tmp_path / made[0]), *made[1:], "--out", str(tmp_path / "two"), "--quiet"]
    command.main(again)
    assert page == (tmp_path / "two" / library.name / "README.md").read_text()


def test_files_name_the_command(made: Path) -> None:
    """All but the compiler's own C say how thimble's command makes them."""
    for path in made.rglob("*"):
        if path.is_file() and path.suffix not in (".wasm", ".pack", ".c", ".h", ".inc"):
            assert "python -m convert" not in path.read_text(), path


def test_comments_are_aligned() -> None:
    """Those of one block to its longest line; other text, and addresses, are left as they are."""
    page = "a  # b\n```py\nx  # one\nlonger()    # two\ny\nz = 'http://a'\n```\n"
    assert text.aligned(page) == (
        "a  # b\n```py\nx         # one\nlonger()  # two\ny\nz = 'http://a'\n```\n"
    )
