"""Learning curves as a table (CSV) and as a picture (PNG)."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from runtime.errors import DataError
from train.loop import Epoch


def as_csv(history: Sequence[Epoch]) -> bytes:
    """One row per epoch, columns named as the fields of Epoch; those that do not apply are out."""
    text = io.StringIO()
    rows = [asdict(epoch) for epoch in history]
    kept = [field.name for field in fields(Epoch) if rows[0][field.name] is not None]
    writer = csv.DictWriter(text, kept, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def beside(model: Path) -> list[Epoch] | None:
    """The curves kept for ``NAME.keras`` as ``NAME.csv`` beside it; None: there are none.

    Raises DataError for a file that is something else.
    """
    path = model.with_suffix(".csv")
    if not path.is_file():
        return None
    try:
        rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
        return [Epoch(int(row.pop("epoch")), **_numbers(row)) for row in rows]
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"{path} is not what train.fit writes: remove it") from error


def _numbers(row: dict[str, str]) -> dict[str, Any]:
    return {name: float(value) for name, value in row.items()}


def as_png(history: Sequence[Epoch], title: str) -> bytes:
    """Loss on the left; how good it is on the right, on training (augmented) and validation."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second that only this needs

    figure = Figure(figsize=(9, 3.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    epochs = [row.epoch for row in history]
    left.plot(epochs, [row.loss for row in history], marker=".")
    left.set(xlabel="epoch", ylabel="loss on augmented examples", yscale="log")
    if history[0].validation_accuracy is None:
        right.plot(epochs, [row.validation_loss for row in history], marker=".", label="validation")
        right.set(xlabel="epoch", ylabel="loss on validation examples", yscale="log")
    else:
        for name, label in (("train_accuracy", "augmented"), ("validation_accuracy", "validation")):
            shares = [100 * getattr(row, name) for row in history]
            right.plot(epochs, shares, marker=".", label=label)
        right.set(xlabel="epoch", ylabel="accuracy, %")
    right.legend()
    figure.suptitle(title)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    return buffer.getvalue()
