"""CSV files: a row is an example, or a window of rows is one."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from runtime.dataset import Array, Examples, Floats
from runtime.errors import DataError
from runtime.reading.source import Source, unique
from runtime.tasks.tensor import Arrays

LABELS = ("label", "labels", "class", "category", "activity", "gesture", "target", "y")
"""What the column of the answer is usually called, the surest first; y beside x is an axis."""
BLOCK = 8
"""Windows, without their overlap, that stay together in one part of a split: neighbours share
rows, and what comes right after is nearly the same."""


@dataclass(frozen=True)
class Table:
    """A CSV file, its label's column apart."""

    path: Path
    columns: tuple[str, ...]
    lines: tuple[int, ...]  # in the file, from 1, of each row
    cells: Sequence[Sequence[str]]  # [row][column]
    labels: Sequence[str] | None  # of each row; None: there is no such column

    def numbers(self, columns: Sequence[str]) -> Floats:
        """Those columns, float32 [rows, columns]; DataError with line and column for a text."""
        places = [self.place(name) for name in columns]
        chosen = [[row[place] for place in places] for row in self.cells]
        try:
            found = np.array(chosen, np.float64).reshape(len(chosen), len(places))
        except ValueError:
            found = np.full((0, 0), np.nan)
        if not found.size or not np.isfinite(found).all():
            self._blame(chosen, columns)
        return found.astype(np.float32)

    def place(self, name: str) -> int:
        """Where the column of that name is; DataError when there is none."""
        if name not in self.columns:
            raise DataError(f"{self.path} has no column {name!r}: it has {_listed(self.columns)}")
        return self.columns.index(name)

    def _blame(self, chosen: Sequence[Sequence[str]], columns: Sequence[str]) -> None:
        for line, row in zip(self.lines, chosen, strict=True):
            for name, cell in zip(columns, row, strict=True):
                if not _is_finite(cell):
                    raise DataError(
                        f"{self.path}, line {line}, column {name!r}: {cell!r} is not a number"
                    )


def _is_finite(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")


def load(path: Path, label: str = "") -> Table:
    """A CSV file with , ; or tabs between its cells, with or without a header.

    ``label`` is the column of the class, "" for one that is called as usual. Raises DataError.
    """
    rows = _rows(path)
    header = [cell.strip() for cell in rows[0][1]]
    if any(_is_finite(cell) for cell in header):
        header = [f"c{number}" for number in range(len(header))]
        if not _is_finite(rows[0][1][-1].strip()):
            header[-1] = LABELS[0]
    else:
        rows = rows[1:]
    if len(header) > 1:
        unique(header, path, "columns")
    for line, cells in rows:
        if len(cells) != len(header):
            raise DataError(
                f"{path}, line {line}: {len(cells)} cells, the first line has {len(header)}"
            )
    if not rows:
        raise DataError(f"{path} has a header and no row: add some")
    return _apart(path, header, rows, label)


def _apart(path: Path, header: list[str], rows: list[tuple[int, list[str]]], label: str) -> Table:
    name = label or _usual(header)
    if label and label not in header:
        raise DataError(f"{path} has no column {label!r}: it has {_listed(header)}")
    cells = [row for _, row in rows]
    labels = None
    if name:
        place = header.index(name)
        labels = [row[place].strip() for row in cells]
        cells = [row[:place] + row[place + 1 :] for row in cells]
        header = header[:place] + header[place + 1 :]
    return Table(path, tuple(header), tuple(line for line, _ in rows), cells, labels)


def _usual(header: Sequence[str]) -> str:
    """The column that is called as an answer is; "": there is none."""
    lower = [name.casefold() for name in header]
    known = [name for name in LABELS if name in lower and not (name == "y" and "x" in lower)]
    return header[lower.index(known[0])] if known else ""


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Number and cells of each line that has any."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not text in UTF-8: save it as CSV, UTF-8") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: {error}") from error
    if not rows:
        raise DataError(f"{path} is empty: give rows of numbers")
    return rows


def inputs(task: Arrays, path: Path) -> Array:
    """The examples in a file that a network is to read: [count, *task.shape]."""
    from runtime.reading import archives  # noqa: PLC0415 - it needs this module

    if path.suffix.lower() not in task.suffixes:
        raise DataError(f"{path} is no file of arrays: give a .csv, .npy or .npz")
    if path.suffix.lower() != ".csv":
        found = archives.inputs(path)
        one = found.shape == task.shape  # an example by itself
        return task.adopt(found[None] if one else found, str(path))
    table = load(path)
    values = table.numbers(task.columns or table.columns)
    if not task.step:
        return task.adopt(values, str(path))
    starts = range(0, len(values) - task.shape[0] + 1, task.step)
    if not starts:
        raise DataError(f"{path} has {len(values)} rows, one window is {task.shape[0]}")
    return task.adopt(np.stack([values[s : s + task.shape[0]] for s in starts]), str(path))


def columns(table: Table, source: Source) -> tuple[str, ...]:
    """The columns that are a network's input: all that no answer stands in."""
    return tuple(name for name in table.columns if name not in source.targets)


def examples(task: Arrays, source: Source) -> Examples:
    """The examples in a CSV file with their answers; raises DataError, with line and column."""
    table = load(source.path, source.label)
    values = table.numbers(task.columns or columns(table, source))
    targets = table.numbers(source.targets) if source.targets else _measured(table)
    names = _names(table) if targets is None else ()
    known = {name: number for number, name in enumerate(names)}
    labels = [known.get(name, 0) for name in table.labels or [""] * len(values)]
    whole = Examples(values, np.array(labels, np.int64), names, f"file {source.path.name}", targets)
    if not source.window and task.step:  # the network's own windows
        source = replace(source, window=task.shape[0], step=task.step)
    if not source.window:
        return Examples(
            task.adopt(values, str(source.path)), whole.labels, names, whole.source, targets
        )
    return _windows(task, whole, source)


def _names(table: Table) -> tuple[str, ...]:
    for line, name in zip(table.lines, table.labels or (), strict=False):
        if not name:
            raise DataError(f"{table.path}, line {line}: the class is missing")
    return unique(sorted(set(table.labels or ()), key=_natural), table.path)


def _natural(name: str) -> tuple[bool, float, str]:
    """Numbers in their order, then names in theirs."""
    return (False, float(name), name) if _is_finite(name) else (True, 0.0, name)


def _measured(table: Table) -> Floats | None:
    """The answers as numbers, [rows, 1], where they are measured ones and no classes."""
    if not table.labels or not all(map(_is_finite, table.labels)):
        return None
    numbers = np.array(table.labels, np.float64)
    return None if (numbers == np.rint(numbers)).all() else numbers[:, None].astype(np.float32)


def _windows(task: Arrays, rows: Examples, source: Source) -> Examples:
    """Windows of consecutive rows of one class; those across two blocks are left out."""
    block = BLOCK * source.window
    changes = np.flatnonzero(np.diff(rows.labels)) + 1
    edges = np.concatenate([[0], changes, [len(rows)]])
    places = [
        (start, number)
        for number, (low, high) in enumerate(_blocks(edges, block))
        for start in range(low, high - source.window + 1, source.stride)
    ]
    if not places:
        raise DataError(f"{source.path} has no {source.window} rows of one class: shorten --window")
    starts = np.array([start for start, _ in places])
    stacked = np.stack([rows.inputs[start : start + source.window] for start in starts])
    ends = starts + source.window - 1
    return Examples(
        task.adopt(stacked, str(source.path)),
        rows.labels[starts],
        rows.names,
        rows.source,
        None if rows.targets is None else rows.targets[ends],  # what is true when a window ends
        np.array([number for _, number in places], np.int64),
    )


def _blocks(edges: Array, block: int) -> list[tuple[int, int]]:
    """Stretches of rows between ``edges``, cut where they are longer than two blocks."""
    found: list[tuple[int, int]] = []
    for low, high in pairwise(edges.tolist()):
        cuts = [*range(low, max(low + 1, high - block), block), high]
        found += pairwise(cuts)
    return found
