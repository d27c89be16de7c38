"""Fits what minimal images take: ``python -m tests.firmware.minimal`` writes convert/minimal.json.

The bundled models, networks of every kind of border and some of a search's space are built for a
board of each core; then the least coefficients are found that are never below what was built:
linear programming. What another board of the same core has more of, in its chip's file, is added.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from scipy.optimize import linprog

from convert import footprint, minimal
from convert.compiler.arithmetic.match import Match
from convert.compiler.targets.options import Optimize, Options, Target
from convert.search import flat
from firmware import boards, build, deployment
from firmware.boards import Board
from runtime import classifier
from runtime.errors import ThimbleError
from tests.firmware.networks import MODELS
from tests.search.drawn import points
from train.network import layers

ON = {
    Target.AVR: "mega2560",
    Target.CORTEX_M0: "mps2-m0",
    Target.CORTEX_M3: "mps2-an385",
    Target.CORTEX_M4: "mps2-an386",
    Target.RISCV32: "riscv-virt",
}
"""The board that has room for the networks, for each core."""
SHAPES = ((28, 28, 1), (32, 32, 3), (64, 1, 3), (16, 16, 1))
"""What is given to networks of a search's space: digits, photographs, windows of a sensor."""
_MOST = 32 * 1024  # bytes of a .tflite of a search's space: the smallest chips are searched for
_ROOM = 1 << 24


@dataclass(frozen=True)
class Sample:
    """What was built of a network."""

    features: dict[str, int]
    code: int
    stack: int
    predicted_code: int
    predicted_stack: int


def models(folder: Path, count: int, seed: int = 1) -> Iterator[Path]:
    """The networks, as files."""
    yield from (classifier.find(name) for name in classifier.bundled())
    for name, make in MODELS.items():
        path = folder / f"{name}.tflite"
        path.write_bytes(make())
        yield path
    for number, point in enumerate(points(count, seed)):
        path = folder / f"point{number}.tflite"
        shape = SHAPES[number % len(SHAPES)]
        try:
            chain = layers(point, shape, 10)
        except ThimbleError:  # too deep for the shape
            continue
        path.write_bytes(flat.build(chain, flat.random(chain)))
        if path.stat().st_size <= _MOST:
            yield path


def built(board: Board, path: Path, match: Match, folder: Path) -> Sample | None:
    """What a model takes on a board; None: it cannot be compiled or linked for it."""
    options = Options(match, Target(board.target), Optimize.SIZE)
    try:
        deployed = deployment.load(str(path), options)
        roomy = replace(boards.minimal(board), flash=_ROOM, ram=_ROOM)
        image = build.build(roomy, deployed, folder / f"{path.parent.name}-{path.stem}-{match}")
    except ThimbleError as error:
        print(f"left out: {path.stem} on {board.name}: {str(error)[:90]}", file=sys.stderr)
        return None
    code = image.flash - image.tables
    told = footprint.code(deployed.compiled, minimal=True), image.predicted.stack
    return Sample(minimal.features(deployed.compiled), code, image.stack, *told)


def fitted(samples: Sequence[Sample], what: str) -> dict[str, int]:
    """Coefficients that are never below ``what`` of the samples, and above by the least in all."""
    names = sorted({name for one in samples for name, count in one.features.items() if count})
    matrix = np.array([[one.features.get(name, 0) for name in names] for one in samples], float)
    taken = np.array([getattr(one, what) for one in samples], float)
    found = linprog(matrix.sum(axis=0), A_ub=-matrix, b_ub=-taken, bounds=(0, None))
    if not found.success:
        raise SystemExit(f"{what}: {found.message}")
    return {name: int(np.ceil(value - 1e-6)) for name, value in zip(names, found.x, strict=True)}


def chips(target: Target, folder: Path) -> int:
    """Bytes that a board of the core needs more than the one in ON, at most."""
    nano = classifier.find("nano")
    codes = {}
    for name in boards.of_target(target):
        found = built(boards.find(name), nano, Match.XNNPACK, folder / name)
        codes[name] = found.code if found else 0
    return max(codes.values()) - codes[ON[target]]


def measured(target: Target, match: Match, count: int, folder: Path) -> list[Sample]:
    """The samples of a core."""
    board = boards.find(ON[target])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(built, board, path, match, folder) for path in models(folder, count)]
        return [one for job in jobs if (one := job.result())]


def write(table: dict[str, Any]) -> None:
    """The file, and what is known of it here."""
    minimal.PATH.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n")
    minimal.table.cache_clear()


def main(argv: Sequence[str] | None = None) -> int:
    """Build, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--core", action="append", type=Target, help="only this core, repeatable")
    parser.add_argument("--points", type=int, default=120, help="networks of a search's space")
    given = parser.parse_args(argv)
    table = json.loads(minimal.PATH.read_text())
    for target in given.core or ON:
        table.pop(target.value, None)
        write(table)  # so that no old bound leaves anything out
        with TemporaryDirectory() as name:
            more = chips(target, Path(name))
            for match in Match:
                samples = measured(target, match, given.points, Path(name))
                found = {what: fitted(samples, what) for what in ("code", "stack")}
                found["code"]["image"] += more
                table.setdefault(target.value, {})[match.value] = found
                write(table)
                print(f"{target} {match}: {len(samples)} images")
    return 0


if __name__ == "__main__":
    sys.exit(main())
