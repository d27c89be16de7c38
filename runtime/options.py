"""The options by which every command is told of data and task."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from runtime import reading, tasks
from runtime.dataset import ENVIRONMENT
from runtime.errors import DataError
from runtime.reading import Source, propose
from runtime.tasks import scaling
from runtime.tasks.photo import FITS
from runtime.tasks.task import Task


def add_data(parser: argparse.ArgumentParser) -> None:
    """What data, and how to take it."""
    group = parser.add_argument_group("data")
    group.add_argument(
        "--data",
        type=Path,
        metavar="PATH",
        help="MNIST's files, a folder with a subfolder per class, a .csv, a .npz, or IDX files "
        f"(default: {ENVIRONMENT}, else MNIST in the cache)",
    )
    group.add_argument("--label", default="", metavar="COLUMN", help="of a CSV, with the class")
    group.add_argument(
        "--targets", default="", metavar="COLUMNS", help="of a CSV, that a regression gives: a,b"
    )
    group.add_argument(
        "--window",
        default="",
        metavar="ROWS[/STEP]",
        help="rows of a CSV that are one example, and rows from one to the next (default: half)",
    )
    group.add_argument(
        "--strict", action="store_true", help="a file that cannot serve is an error, not left out"
    )


def add_task(parser: argparse.ArgumentParser) -> None:
    """What the data are meant for."""
    group = parser.add_argument_group("task")
    group.add_argument(
        "--task", default="", choices=tuple(tasks.KINDS), help="default: as the data suggest"
    )
    group.add_argument(
        "--size", metavar="HxWxC", help="of the network's input: 32x32x3; default: as the data are"
    )
    group.add_argument(
        "--fit", choices=FITS, default="crop", help="pictures of other proportions; default crop"
    )
    group.add_argument(
        "--scaling",
        metavar="HOW",
        help=f"of values before the network: {', '.join(scaling.NAMED)}, none, standard (measured "
        "on the training part), or MEANS/DEVIATIONS",
    )


@dataclass(frozen=True)
class Wanted:
    """The data and the task that are asked for; what is not said, the data suggest."""

    source: Source | None = None  # None: there are no data
    kind: str = ""  # of task; "": by the data
    shape: tuple[int, ...] | None = None  # of an example; None: by the data, or the network
    fit: str = "crop"
    scaling: str = ""  # as a person writes it; "": the task's own, or the network's
    given: bool = False  # whether a person named the data, and not the environment

    def task(self, shape: tuple[int, ...] | None = None) -> Task:
        """The task; ``shape`` is what a network takes. Raises DataError where they do not go."""
        if shape is not None and self.shape not in (None, shape):
            raise DataError(
                f"--size is {propose.written(self.shape or ())}, the network takes "
                f"{propose.written(shape)}"
            )
        found = propose.task(self.kind, self.source, shape or self.shape, self.fit)
        if self.scaling and self.scaling != STANDARD:
            return found.scaled(scaling.parse(self.scaling))
        return found

    def options(self) -> dict[str, str]:
        """What a person said, as options of a command; data by their name alone."""
        found = {"--task": self.kind, "--scaling": self.scaling}
        found["--size"] = propose.written(self.shape) if self.shape else ""
        found["--fit"] = "" if self.fit == "crop" else self.fit
        if self.given and self.source is not None:
            one = self.source
            window = f"{one.window}/{one.stride}" if one.window else ""
            found |= {"--data": one.path.name, "--label": one.label, "--window": window}
            found["--targets"] = ",".join(one.targets)
        return {name: value for name, value in found.items() if value}


STANDARD = "standard"
"""The scaling that is measured on the training part."""


def wanted(given: argparse.Namespace) -> Wanted:
    """What ``add_data`` and ``add_task`` were told; raises DataError."""
    shape = propose.size(given.size) if given.size else None
    if given.scaling and given.scaling != STANDARD:
        scaling.parse(given.scaling)
    scaled, named = given.scaling or "", given.data is not None
    return Wanted(source(given), given.task, shape, given.fit, scaled, named)


def source(given: argparse.Namespace, outputs: tuple[str, ...] = ()) -> Source | None:
    """The data that are asked for; None: none are to be had. Raises DataError.

    ``outputs`` are the names of a network's, where it has several.
    """
    path = reading.find(given.data)
    if path is None:
        return None
    window, step = _window(given.window)
    targets = tuple(name.strip() for name in given.targets.split(",") if name.strip())
    return Source(path, given.label, targets, window, step, given.strict, outputs)


def _window(text: str) -> tuple[int, int]:
    try:
        numbers = [int(part) for part in text.split("/")] if text else [0]
    except ValueError:
        numbers = [-1]
    if not 1 <= len(numbers) <= 2 or (text and min(numbers) < 1):
        raise DataError(f"--window {text!r} is not a number of rows: give 128, or 128/64")
    return numbers[0], numbers[1] if len(numbers) == 2 else 0
