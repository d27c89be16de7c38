"""The data that everything is trained and judged on, and how it is split.

MNIST is taken from ``--data``, else from the folder that ``THIMBLE_DATA`` names, else from the
user's cache, else from its mirrors. With none of these, 1,797 real handwritten digits that are part
of thimble serve: the test part of the UCI "Optical Recognition of Handwritten Digits" data
(E. Alpaydin, C. Kaynak, 1998; CC BY 4.0), 8x8 pixels with 17 levels, as scikit-learn ships it.
``--data`` may also name a folder of pictures with one subfolder per class.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from runtime import console, dataset, image
from runtime.dataset import Digits
from runtime.errors import DataError
from train import download

SPLIT_SEED = 1998
MNIST_HELD_OUT = 5_000
MINIMUM = 10
"""Pictures that a class of a folder needs, so that every part of the split has some."""
_TEST_SHARE, _HELD_OUT_SHARE = 0.2, 0.1


@dataclass(frozen=True)
class Dataset:
    """One data set in three parts; ``test`` is for the one look at the end."""

    train: Digits
    validation: Digits  # held out of training, for every choice that is made on the way
    test: Digits
    sha256: str  # of all images and labels, in the order train, validation, test

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
        return f"data: {self.source} ({parts}, {len(self.test):,} test images)"


def load(option: Path | None = None) -> Dataset:
    """Find, read, verify and split the data; prints a line when it has to fall back.

    Raises DataError when data that was named is missing, damaged or too little.
    """
    folder = dataset.find(option)
    if folder is None:
        try:
            download.mnist(dataset.cache_folder())
            folder = dataset.cache_folder()
        except DataError as error:
            console.note(f"MNIST is not here: {error}")
            console.note("using the embedded digits instead: small, real, and not MNIST")
            return split(embedded())
    if dataset.is_mnist(folder):
        return _mnist(folder)
    return split(dataset.read_folder(folder))


def _mnist(folder: Path) -> Dataset:
    everything = dataset.read_mnist(folder, "train")
    order = np.random.default_rng(SPLIT_SEED).permutation(len(everything))
    held_out, kept = np.sort(order[:MNIST_HELD_OUT]), np.sort(order[MNIST_HELD_OUT:])
    test = dataset.read_mnist(folder, "test")
    return _assemble(_subset(everything, kept), _subset(everything, held_out), test)


@cache
def embedded() -> Digits:
    """The 1,797 embedded digits, brought to 28x28 as every picture is."""
    with np.load(Path(__file__).with_name("digits.npz")) as file:
        small, labels = file["images"], file["labels"].astype(np.int64)
    ink = (small * np.float32(255 / 16)).round().astype(np.uint8)  # 0..16 to 0..255
    pictures = [image.normalize(Image.fromarray(digit)) for digit in ink]
    return Digits(
        np.stack(pictures), labels, tuple("0123456789"), "embedded 8x8 digits (not MNIST)"
    )


def split(digits: Digits) -> Dataset:
    """Split each class alike, by a fixed seed: 70 % train, 10 % validation, 20 % test."""
    rng = np.random.default_rng(SPLIT_SEED)
    train: list[int] = []
    held_out: list[int] = []
    test: list[int] = []
    for label, name in enumerate(digits.names):
        members = rng.permutation(np.flatnonzero(digits.labels == label)).tolist()
        if len(members) < MINIMUM:
            raise DataError(
                f"class {name!r} has {len(members)} pictures, it needs {MINIMUM}: add some"
            )
        first = round(len(members) * _TEST_SHARE)
        second = first + round(len(members) * _HELD_OUT_SHARE)
        test += members[:first]
        held_out += members[first:second]
        train += members[second:]
    return _assemble(*(_subset(digits, np.sort(part)) for part in (train, held_out, test)))


def _subset(digits: Digits, index: npt.NDArray[np.int64]) -> Digits:
    return Digits(digits.images[index], digits.labels[index], digits.names, digits.source)


def _assemble(train: Digits, validation: Digits, test: Digits) -> Dataset:
    digest = hashlib.sha256()
    for part in (train, validation, test):
        digest.update(part.images.tobytes())
        digest.update(part.labels.astype("<i8").tobytes())
    return Dataset(train, validation, test, digest.hexdigest())
