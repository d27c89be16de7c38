"""How good answers are: right or wrong, or how far off, by what an output means."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from runtime import statistics
from runtime.dataset import Examples, Floats
from runtime.errors import DataError
from runtime.statistics import Interval
from runtime.tasks.meaning import Classes, Meaning, Reconstruction, Values


@dataclass(frozen=True)
class Judgement:
    """What is true of some answers, as one figure; which it is, ``measure`` says."""

    measure: str  # "accuracy", "mean absolute error" or "reconstruction error"
    figure: float  # accuracy: a share, 0..1; errors: in the units of the values
    interval: Interval  # with 95 % confidence
    count: int  # examples

    @property
    def is_share(self) -> bool:
        """Whether more is better, up to 1."""
        return self.measure == ACCURACY

    def __str__(self) -> str:
        """For people: with its interval."""
        if self.is_share:
            return statistics.percent(round(self.figure * self.count), self.count)
        low, high = self.interval.low, self.interval.high
        return f"{self.figure:.5g} ({low:.5g} to {high:.5g})"


ACCURACY, ERROR, RECONSTRUCTION = "accuracy", "mean absolute error", "reconstruction error"


def losses(meaning: Meaning, found: Floats, real: Floats, examples: Examples) -> Floats:
    """For each example how bad its answer is: 0 or 1, or an error, float32 [count].

    ``found`` [count, ...] are the outputs, ``real`` [count, *shape] the inputs.
    """
    flat = found.reshape(len(found), -1)
    if isinstance(meaning, Classes):
        read = meaning.by_class(found).argmax(axis=1)
        return np.asarray(read != examples.labels, np.float32)
    if isinstance(meaning, Reconstruction):
        return meaning.errors(real, found)
    if examples.targets is None:
        raise DataError(
            f"{examples.source} has no values to judge a regression by: add y, or name "
            "the columns with --targets"
        )
    return np.asarray(np.abs(flat - examples.targets).mean(axis=1), np.float32)


def measure_of(meaning: Meaning) -> str:
    """What an output of that meaning is judged by."""
    if isinstance(meaning, Classes):
        return ACCURACY
    return ERROR if isinstance(meaning, Values) else RECONSTRUCTION


def judge(meaning: Meaning, losses: Floats) -> Judgement:
    """The figure that ``losses`` [count] of that meaning come to."""
    count = len(losses)
    if isinstance(meaning, Classes):
        right = count - int(losses.sum())
        interval = statistics.wilson(right, count)
        return Judgement(ACCURACY, right / max(1, count), interval, count)
    return Judgement(measure_of(meaning), float(losses.mean()), statistics.mean(losses), count)


def confusion(
    truth: npt.NDArray[np.int64], read: npt.NDArray[np.int64], classes: int
) -> npt.NDArray[np.int64]:
    """Counts [true class, read as]."""
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (truth, read), 1)
    return counts


def knows(meaning: Meaning, examples: Examples) -> bool:
    """Whether ``examples`` say anything that an output of that meaning can be judged by."""
    if isinstance(meaning, Classes):
        return bool(examples.names)
    return isinstance(meaning, Reconstruction) or examples.targets is not None


def matched(meaning: Meaning, examples: Examples) -> Examples:
    """``examples`` with the classes of the model, for an output of that ``meaning``.

    They may have fewer of them, or in another order. Raises DataError as ``require`` does.
    """
    names = examples.names
    if isinstance(meaning, Classes) and 0 < len(names) <= len(meaning.labels):
        places = {label: number for number, label in enumerate(meaning.labels)}
        if names == tuple(str(number) for number in range(len(names))):
            examples = replace(examples, names=meaning.labels)
        elif set(names) <= set(places):
            labels = np.array([places[name] for name in names], np.int64)[examples.labels]
            examples = replace(examples, names=meaning.labels, labels=labels)
    require(meaning, examples)
    return examples


def require(meaning: Meaning, examples: Examples) -> None:
    """Raise DataError unless ``examples`` have what an output of that meaning is judged by."""
    if isinstance(meaning, Classes):
        _classes(meaning, examples)
    elif isinstance(meaning, Values):
        wide = 0 if examples.targets is None else examples.targets.shape[1]
        if wide != len(meaning.names):
            raise DataError(
                f"{examples.source} has {wide} values for each example, the model gives "
                f"{len(meaning.names)}: give an array y of floats, or --targets columns"
            )


def _classes(meaning: Classes, examples: Examples) -> None:
    count, known = len(examples.names), len(meaning.labels)
    if count != known:
        has = f"{count} classes" if count else "no labels"
        raise DataError(
            f"{examples.source} has {has}, the model {known}: evaluate it on data like those that "
            "it was trained on"
        )
    numbers = tuple(str(number) for number in range(known))
    if examples.names != meaning.labels and numbers not in (examples.names, meaning.labels):
        left, right = next(
            (a, b) for a, b in zip(examples.names, meaning.labels, strict=True) if a != b
        )
        raise DataError(
            f"{examples.source} has the class {left!r} where the model has {right!r}: give data of "
            "the same classes"
        )
