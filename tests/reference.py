"""docs/reference.md, from the commands' own help: ``python -m tests.reference``."""

import os
from pathlib import Path

from thimble.__main__ import NAMES, overview
from thimble.commands import GROUPS

PAGE = Path(__file__).parents[1] / "docs" / "reference.md"
INTRODUCTION = """# Every command

Made by `python -m tests.reference` from the commands' own help. `thimble COMMAND` and the `python
-m` that stands beside it are the same; the one difference is that `python -m` looks into the
current folder first, so that a `train.py` there would be taken for ours.

Every command takes `--json`, which prints the result for machines and nothing else, and
`--quiet`, which leaves only errors. Colour and progress bars are for terminals; `NO_COLOR=1`
turns colour off. The status is 0, 1 when something is wrong, 2 when the command line is, 130
after Ctrl-C and 143 after SIGTERM. What is wrong is one line on standard error.

Settings in the environment: `THIMBLE_DATA`, the folder with MNIST's files; `NO_COLOR`; `TMPDIR`.
"""


def page() -> str:
    """The whole text."""
    from runtime import console

    os.environ["COLUMNS"] = "100"
    console.speak_as(NAMES)
    parts = [INTRODUCTION, f"```\n{overview()}\n```\n"]
    for title, group in GROUPS.items():
        parts.append(f"## {title}\n")
        for command in group:
            text = command.parser().format_help().strip()
            parts.append(
                f"### thimble {command.name}\n\n`python -m {command.module}`\n\n```\n{text}\n```\n"
            )
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
