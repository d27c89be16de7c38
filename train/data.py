"""The data that everything is trained and judged on, and how it is split.

Data are taken from ``--data``, else from what ``THIMBLE_DATA`` names, else MNIST from the user's
cache or its mirrors. With none of these, 1,797 real handwritten digits that are part of thimble
serve: the test part of the UCI "Optical Recognition of Handwritten Digits" data (E. Alpaydin,
C. Kaynak, 1998; CC BY 4.0), 8x8 pixels with 17 levels, as scikit-learn ships it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from runtime import console, image, mnist, reading
from runtime.dataset import Examples
from runtime.errors import DataError
from runtime.reading import Source
from runtime.tasks import digits
from runtime.tasks.task import Task
from train import download

SPLIT_SEED = 1998
MNIST_HELD_OUT = 5_000
MINIMUM = 10
"""Examples that a class needs, so that every part of the split has some."""
_TOLD = 5  # doubles that are named
_TEST_SHARE, _HELD_OUT_SHARE = 0.2, 0.1


@dataclass(frozen=True)
class Dataset:
    """One data set in three parts; ``test`` is for the one look at the end."""

    train: Examples
    validation: Examples  # held out of training, for every choice that is made on the way
    test: Examples
    sha256: str  # of all examples and labels, in the order train, validation, test
    task: Task
    leaks: tuple[str, ...] = ()  # examples of the other parts that the training part has too

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
    if "train" not in found:
        return split(_sorted_out(found[reading.ALL], source.strict), task)
    if found["train"].source == "MNIST":
        return _mnist(task, found)
    return _given(task, found)


def digits_of(path: Path | None) -> Dataset:
    """The digits that ``path`` holds; None: as ``load`` finds them."""
    return load(None if path is None else Source(path))


def _mnist_or_none() -> Source | None:
    """MNIST, from its mirrors; None, with a note, where they cannot be reached."""
    try:
        download.mnist(mnist.cache_folder())
        return Source(mnist.cache_folder())
    except DataError as error:
        console.note(f"MNIST is not here: {error}")
        console.note("using the embedded digits instead: small, real, and not MNIST")
        return None


def _mnist(task: Task, found: Mapping[str, Examples]) -> Dataset:
    everything = found["train"]
    order = np.random.default_rng(SPLIT_SEED).permutation(len(everything))
    held_out, kept = np.sort(order[:MNIST_HELD_OUT]), np.sort(order[MNIST_HELD_OUT:])
    return _assemble(task, everything.take(kept), everything.take(held_out), found["test"])


def _given(task: Task, found: Mapping[str, Examples]) -> Dataset:
    """Data that come split; what has no part for validation gets one out of that for training."""
    train, test = found["train"], found.get("test", found.get("validation"))
    if test is None:
        return split(train, task)
    if "validation" in found and "test" in found:
        return _told(_assemble(task, train, found["validation"], test))
    held_out, kept = _parts(train, (_HELD_OUT_SHARE,))
    return _told(_assemble(task, train.take(kept), train.take(held_out), test))


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


def _sorted_out(examples: Examples, strict: bool) -> Examples:
    """Without the classes that are too small to be split; raises DataError where they must not."""
    counts = np.bincount(examples.labels, minlength=len(examples.names))
    small = [number for number, _ in enumerate(examples.names) if counts[number] < MINIMUM]
    for number in small:
        reason = f"class {examples.names[number]!r} has {counts[number]} examples"
        if strict or len(examples.names) - len(small) < 2:
            raise DataError(f"{reason}, it needs {MINIMUM}: add some")
        console.note(f"left out: {reason}, it needs {MINIMUM}")
    if not small:
        return examples
    kept = [number for number, _ in enumerate(examples.names) if number not in small]
    chosen = examples.take(np.flatnonzero(np.isin(examples.labels, kept)))
    names = tuple(examples.names[number] for number in kept)
    return replace(chosen, names=names, labels=np.searchsorted(kept, chosen.labels))


def split(examples: Examples, task: Task = digits.TASK) -> Dataset:
    """Split each class alike, by a fixed seed: 70 % train, 10 % validation, 20 % test.

    Examples of one group, such as windows of one recording, stay together. Raises DataError for a
    class that is too small.
    """
    for label, name in enumerate(examples.names or ("",)):
        count = int(np.sum(examples.labels == label))
        if count < MINIMUM:
            what = f"class {name!r}" if name else examples.source
            raise DataError(f"{what} has {count} {task.noun}s, it needs {MINIMUM}: add some")
    test, held_out, train = _parts(examples, (_TEST_SHARE, _HELD_OUT_SHARE))
    parts = (examples.take(part) for part in (train, held_out, test))
    return _told(_assemble(task, *parts))


def _parts(examples: Examples, shares: Sequence[float]) -> list[npt.NDArray[np.int64]]:
    """The indices of parts with those shares of each class, and of the rest."""
    rng = np.random.default_rng(SPLIT_SEED)
    parts: list[list[int]] = [[] for _ in (*shares, 0)]
    for label in range(max(1, len(examples.names))):
        members = rng.permutation(np.flatnonzero(examples.labels == label))
        start = 0
        for part, share in zip(parts, shares, strict=False):
            end = start + round(len(members) * share)
            part.extend(members[start:end].tolist())
            start = end
        parts[-1] += members[start:].tolist()
    if examples.groups is not None:
        parts = _by_groups(examples, examples.groups, shares)
    return [np.sort(np.array(part, np.int64)) for part in parts]


def _by_groups(
    examples: Examples, every: npt.NDArray[np.int64], shares: Sequence[float]
) -> list[list[int]]:
    """The same with whole groups: of each class, as many as come closest to the shares."""
    rng = np.random.default_rng(SPLIT_SEED)
    parts: list[list[int]] = [[] for _ in (*shares, 0)]
    for label, name in enumerate(examples.names or ("",)):
        own = examples.labels == label
        groups = rng.permutation(np.unique(every[own])).tolist()
        if len(groups) < len(parts):
            raise DataError(
                f"class {name!r} of {examples.source} has {len(groups)} recordings or stretches "
                f"that must not be split, it needs {len(parts)}: record more, or give the parts as "
                "folders train, validation and test"
            )
        sizes = [max(1, round(len(groups) * share)) for share in shares]
        for part, size in zip(parts, [*sizes, len(groups)], strict=True):
            chosen, groups = groups[:size], groups[size:]
            part.extend(np.flatnonzero(own & np.isin(every, chosen)).tolist())
    return parts


def _assemble(task: Task, train: Examples, validation: Examples, test: Examples) -> Dataset:
    digest = hashlib.sha256()
    for part in (train, validation, test):
        digest.update(part.inputs.tobytes())
        digest.update(part.labels.astype("<i8").tobytes())
        if part.targets is not None:
            digest.update(part.targets.astype("<f4").tobytes())
    leaks = (*_leaks(train, validation), *_leaks(train, test))
    return Dataset(train, validation, test, digest.hexdigest(), task, leaks)


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
