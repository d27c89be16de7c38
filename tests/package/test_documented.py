"""docs/packages.md says of each target what its README says, and explains the options."""

import pytest

from convert.package import __main__ as command
from convert.package.targets import kinds
from convert.package.targets.kind import Kind
from tests.package import packaged

DOCUMENT = (packaged.ROOT / "docs/packages.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", kinds().values(), ids=kinds())
def test_what_was_run(kind: Kind) -> None:
    """The table has its row."""
    assert f"| `{kind.name}` | {kind.was_run} | {kind.not_run} |" in DOCUMENT


def test_options() -> None:
    """Each has its place."""
    for action in command.parser()._actions:
        for option in action.option_strings:
            if option.startswith("--") and option not in ("--help", "--json", "--quiet"):
                assert f"`{option}" in DOCUMENT, option
