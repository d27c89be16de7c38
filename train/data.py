"""The data that everything is trained and judged on, and how it is split.

Data are taken from ``--data``, else from what ``THIMBLE_DATA`` names, else MNIST from the user's
cache or its mirrors. With none of these, 1,797 real handwritten digits that are part of thimble
serve: the test part of the UCI "Optical Recognition of Handwritten Digits" data (E. Alpaydin,
C. Kaynak, 1998; CC BY 4.0), 8x8 pixels with 17 levels, as scikit-learn ships it.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from runtime import console, image, mnist, reading
from runtime.dataset import NONE, Examples, apart
from runtime.errors import DataError
from runtime.reading import Source
from runtime.reading import split as parts
from runtime.tasks import digits
from runtime.tasks.task import Task
from train import download

MNIST_HELD_OUT = 5_000
_TOLD = 5  # doubles that are named


@dataclass(frozen=True)
class Dataset:
    """One data set in three parts; ``test`` is for the one look at the end."""

    train: Examples
    validation: Examples  # held out of training, for every choice that is made on the way
    test: Examples
    sha256: str  # of all examples and labels, in the order train, validation, test
    task: Task
    leaks: tuple[str, ...] = ()  # examples of the other parts that the training part has too
    others: tuple[Examples, ...] = ()  # of no class: to train on, held out, to test on; (): none

    @property
    def source(self) -> str:
        """What a person calls this data, for instance "MNIST"."""
        return self.test.source

    @property
    def names(self) -> tuple[str, ...]:
        """The classes."""
        return self.test.names

    @property
    def is_mnist(self) -> bool:
        """Whether this is MNIST itself, checked by sha256: what pretrained models were made on."""
        return self.source == "MNIST"

    def summary(self) -> str:
        """One line for the console: what data this is and how much of it."""
        parts = f"{len(self.train):,} train, {len(self.validation):,} validation"
        noun = "image" if self.is_mnist else self.task.noun
        return f"data: {self.source} ({parts}, {len(self.test):,} test {noun}s)"

    def scaled(self, task: Task) -> "Dataset":
        """The same for the same task under another scaling."""
        return replace(self, task=task)


def load(source: Source | None = None, task: Task = digits.TASK) -> Dataset:
    """Read, verify and split the data; prints a line when it has to fall back.

    ``source`` None is what ``THIMBLE_DATA`` names, or MNIST. Raises DataError when data that was
    named is missing, damaged or too little.
    """
    if source is None:
        path = reading.find(None)
        source = _mnist_or_none() if path is None else Source(path)
    if source is None:
        return split(embedded(), task)
    found = reading.parts(task, source)
    train = found.get("train")
    if train is not None and train.source == "MNIST":
        return _mnist(task, train, found["test"])
    return _told(_assemble(task, parts.three(found, strict=source.strict)))


def _mnist_or_none() -> Source | None:
    """MNIST, from its mirrors; None, with a note, where they cannot be reached."""
    try:
        download.mnist(mnist.cache_folder())
        return Source(mnist.cache_folder())
    except DataError as error:
        console.note(f"MNIST is not here: {error}")
        console.note("using the embedded digits instead: small, real, and not MNIST")
        return None


def _mnist(task: Task, everything: Examples, test: Examples) -> Dataset:
    order = np.random.default_rng(parts.SEED).permutation(len(everything))
    held_out, kept = np.sort(order[:MNIST_HELD_OUT]), np.sort(order[MNIST_HELD_OUT:])
    return _assemble(task, (everything.take(kept), everything.take(held_out), test))


@cache
def embedded() -> Examples:
    """The 1,797 embedded digits, brought to 28x28 as every picture is."""
    with np.load(Path(__file__).with_name("digits.npz")) as file:
        small, labels = file["images"], file["labels"].astype(np.int64)
    ink = (small * np.float32(255 / 16)).round().astype(np.uint8)  # 0..16 to 0..255
    pictures = [image.normalize(Image.fromarray(digit)) for digit in ink]
    return Examples(
        np.stack(pictures), labels, tuple("0123456789"), "embedded 8x8 digits (not MNIST)"
    )


def split(examples: Examples, task: Task = digits.TASK) -> Dataset:
    """Data that come in one piece, in three parts; see ``runtime.reading.split``."""
    return _told(_assemble(task, parts.split(examples)))


def _assemble(task: Task, three: parts.Three) -> Dataset:
    train, validation, test = three
    leaks = (*_leaks(train, validation), *_leaks(train, test))
    (train, first), (validation, second), (test, third) = map(apart, three)
    others = tuple(one for one in (first, second, third) if one is not None)
    if others:
        count = sum(map(len, others))
        console.note(f"{count} {task.noun}s of {NONE!r} belong to no class: learnt as that")
    return Dataset(train, validation, test, parts.digest(three), task, leaks, others)


def _leaks(train: Examples, other: Examples) -> list[str]:
    known = {one.tobytes() for one in train.inputs}
    return [other.title(n) for n, one in enumerate(other.inputs) if one.tobytes() in known]


def _told(dataset: Dataset) -> Dataset:
    """``dataset``, with a note where a part has examples of the training part in it."""
    if dataset.leaks:
        console.note(
            f"{len(dataset.leaks)} {dataset.task.noun}s for validation or testing are in the "
            "training part as well, which makes what is measured too good; remove the doubles: "
            f"{', '.join(dataset.leaks[:_TOLD])}{', ...' if len(dataset.leaks) > _TOLD else ''}"
        )
    return dataset
