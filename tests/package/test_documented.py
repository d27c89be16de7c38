"""docs/packages.md says of each target what its README says, and explains the options."""

import pytest

from convert.package import __main__ as command
from convert.package.targets import kinds
from convert.package.targets.kind import Kind
from tests.package import packaged

DOCUMENT = (packaged.ROOT / "docs/packages.md").read_text(encoding="utf-8")


PROVEN = "| target | what was run | what was not |"
LANGUAGES = "| target | it is | names | memory and threads |"


def below(header: str) -> list[str]:
    """The rows of the table under that header."""
    lines = DOCUMENT.splitlines()
    rows = lines[lines.index(header) + 2 :]
    return rows[: rows.index("")] if "" in rows else rows


@pytest.mark.parametrize("kind", kinds().values(), ids=kinds())
def test_what_was_run(kind: Kind) -> None:
    """The table has its row."""
    assert f"| `{kind.name}` | {kind.was_run} | {kind.not_run} |" in below(PROVEN)


def test_tables_have_their_own_rows() -> None:
    """Each target stands under the header that is about it, with a cell for each of its columns."""
    for header, names in (
        (PROVEN, list(kinds())),
        (LANGUAGES, ["android", "npm", "python", "swift"]),
    ):
        assert [row.split("`")[1] for row in below(header)] == names
        assert {row.count(" | ") for row in below(header)} == {header.count(" | ")}


def test_options() -> None:
    """Each has its place."""
    for action in command.parser()._actions:
        for option in action.option_strings:
            if option.startswith("--") and option not in ("--help", "--json", "--quiet"):
                assert f"`{option}" in DOCUMENT, option
