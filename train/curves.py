"""Learning curves as a table (CSV) and as a picture (PNG)."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from runtime.errors import DataError
from train.loop import Epoch


def as_csv(history: Sequence[Epoch]) -> bytes:
    """One row per epoch, columns named as the fields of Epoch."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Epoch)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(epoch) for epoch in history)
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


def _numbers(row: dict[str, str]) -> dict[str, float]:
    return {name: float(value) for name, value in row.items()}


def as_png(history: Sequence[Epoch], title: str) -> bytes:
    """Loss on the left; accuracy on training (augmented) and validation images on the right."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second that only this needs

    figure = Figure(figsize=(9, 3.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    epochs = [row.epoch for row in history]
    left.plot(epochs, [row.loss for row in history], marker=".")
    left.set(xlabel="epoch", ylabel="loss on augmented images", yscale="log")
    right.plot(epochs, [100 * row.train_accuracy for row in history], marker=".", label="augmented")
    right.plot(
        epochs, [100 * row.validation_accuracy for row in history], marker=".", label="validation"
    )
    right.set(xlabel="epoch", ylabel="accuracy, %")
    right.legend()
    figure.suptitle(title)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    return buffer.getvalue()
