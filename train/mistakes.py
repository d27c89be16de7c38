"""What a network reads wrongly: the confusion as a table, and the pictures."""

import csv
import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from runtime import console, judge
from runtime.dataset import Examples, Pixels

SHOWN = 100
"""Wrongly read pictures on one sheet, the surest first."""
_COLUMNS, _GAP = 10, 2


def files(examples: Examples, found: npt.NDArray[np.float32]) -> dict[str, bytes]:
    """``confusion.csv``, and ``wrong.png`` of pictures, for outputs [count, classes]."""
    if not examples.names:
        return {}
    result = {"confusion.csv": _as_csv(examples, found)}
    wrong = worst(examples, found)
    if examples.inputs.dtype == np.uint8 and examples.inputs.ndim in (3, 4) and len(wrong):
        result["wrong.png"] = _sheet(examples.inputs[wrong])
    return result


def worst(examples: Examples, found: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """The indices of wrong answers, those first that are furthest above the right ones."""
    rows = np.arange(len(examples))
    lead = found.max(axis=1) - found[rows, examples.labels]
    wrong = np.flatnonzero(found.argmax(axis=1) != examples.labels)
    return wrong[np.argsort(-lead[wrong], kind="stable")][:SHOWN]


def table(examples: Examples, found: npt.NDArray[np.float32]) -> str:
    """The confusion for people: rows are true classes, columns what was said."""
    counts = judge.confusion(examples.labels, found.argmax(axis=1), len(examples.names))
    rows = [
        [name, *map(str, row)] for name, row in zip(examples.names, counts.tolist(), strict=True)
    ]
    return console.table(["true \\ said", *examples.names], rows)


def _as_csv(examples: Examples, found: npt.NDArray[np.float32]) -> bytes:
    """Each wrong answer, the worst first, then the confusion."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, lineterminator="\n")
    counts = judge.confusion(examples.labels, found.argmax(axis=1), len(examples.names))
    writer.writerow(["true \\ said", *examples.names])
    for name, row in zip(examples.names, counts.tolist(), strict=True):
        writer.writerow([name, *row])
    writer.writerow([])
    writer.writerow(["wrong", "true", "said"])
    for index in worst(examples, found).tolist():
        said = examples.names[int(found[index].argmax())]
        writer.writerow([examples.title(index), examples.names[examples.labels[index]], said])
    return sink.getvalue().encode()


def _sheet(pictures: Pixels) -> bytes:
    """Pictures [count, height, width(, channels)] side by side, as a PNG."""
    height, width, *channels = pictures.shape[1:]
    rows = -(-len(pictures) // _COLUMNS)
    size = (rows * (height + _GAP), _COLUMNS * (width + _GAP), *channels)
    sheet = np.full(size, 128, np.uint8)
    for number, picture in enumerate(pictures):
        top, left = (height + _GAP) * (number // _COLUMNS), (width + _GAP) * (number % _COLUMNS)
        sheet[top : top + height, left : left + width] = picture
    sink = io.BytesIO()
    Image.fromarray(sheet[..., 0] if channels == [1] else sheet).save(sink, "PNG", optimize=True)
    return sink.getvalue()
