"""Every board in one table: ``python -m firmware.overview``.

Each validation below --out is a row, as ``firmware.validate`` left it. A board that has none is
built with the largest bundled model that fits, and its row says that it was not run.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from firmware import boards, build
from firmware.boards import Board
from runtime import console
from runtime.errors import DataError

HEADER = (
    "board", "core", "model", "flash", "RAM", "stack used / predicted", "instructions",
    "accuracy", "inputs", "differing bytes",
)  # fmt: skip


def rows(out: Path) -> list[tuple[str, ...]]:
    """A row for each validation of each board, boards in the order of their names."""
    found = []
    for name in boards.names():
        board = boards.find(name)
        results = sorted(out.glob(f"{name}-*/validation.json"))
        found += [validated(board, read(path)) for path in results] or [built(board, out)]
    return found


def read(path: Path) -> dict[str, Any]:
    """A validation; raises DataError when the file is damaged."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path} is damaged ({error}): validate the board again") from error
    return content


def validated(board: Board, found: dict[str, Any]) -> tuple[str, ...]:
    """The row of a board that ran."""
    device, memory, inference = found["device"], found["memory"], found["inference"]
    (own,) = (row for row in found["mismatches"] if row["match"] == device["match"])
    counted = inference["unit"] == "instructions"
    return (
        board.name,
        board.core,
        device["model"],
        f"{memory['flash']['built']:,}",
        f"{memory['ram']['built']:,}",
        f"{memory['stack']['used']} / {memory['stack']['predicted']}",
        f"{inference['median']:,}" + ("" if counted else f" {inference['unit']}"),
        "-" if found["accuracy"] is None else f"{100 * found['accuracy']:.2f} %",
        f"{found['data']['images']:,}" + (" random" if found["data"]["random"] else ""),
        str(own["bytes"]),
    )


def built(board: Board, out: Path) -> tuple[str, ...]:
    """The row of a board that was only built."""
    image = build.build(board, build.choose(board, None), out)
    costs = f"{image.flash:,}", f"{image.ram:,}", f"- / {image.stack}"
    return (board.name, board.core, image.deployment.name, *costs, "built, not run", "-", "-", "-")


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m firmware.overview``."""
    result = console.Parser("python -m firmware.overview", description=__doc__)
    result.add_argument(
        "--out", type=Path, default=build.OUT, metavar="DIR", help=f"default: {build.OUT}"
    )
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    found = rows(options.out)
    data = [dict(zip(HEADER, row, strict=True)) for row in found]
    console.finish(console.table(HEADER, found), data)
    return 0


if __name__ == "__main__":
    console.run(main)
