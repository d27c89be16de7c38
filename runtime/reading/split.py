"""The parts of data that come in one piece: the same ones wherever the same data are read."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from runtime import console
from runtime.dataset import Examples, Truth
from runtime.errors import DataError

SEED = 1998
MINIMUM = 10
"""Examples that a class needs, so that every part of the split has some."""
_TEST_SHARE, _HELD_OUT_SHARE = 0.2, 0.1

Three = tuple[Examples, Examples, Examples]
"""For training, validation and testing."""


def three(found: Mapping[str, Examples], *, strict: bool = False) -> Three:
    """The parts, whether the data come split or not.

    What has no part for validation gets one out of that for training; what has no part for testing
    is tested on that for validation. Raises DataError for a class that is too small.
    """
    train = found.get("train")
    if train is None:
        return split(sorted_out(next(iter(found.values())), strict))
    test = found.get("test", found.get("validation"))
    if test is None:
        return split(train)
    if "validation" in found and "test" in found:
        return train, found["validation"], test
    held_out, kept = _parts(train, (_HELD_OUT_SHARE,))
    return train.take(kept), train.take(held_out), test


def split(examples: Examples) -> Three:
    """Split each class alike, by a fixed seed: 70 % train, 10 % validation, 20 % test.

    Examples of one group, such as windows of one recording, stay together. Raises DataError for a
    class that is too small.
    """
    for label, name in enumerate(examples.names or ("",)):
        count = int(np.sum(examples.labels == label))
        if count < MINIMUM:
            what = f"class {name!r}" if name else examples.source
            raise DataError(f"{what} has {count} examples, it needs {MINIMUM}: add some")
    test, held_out, train = _parts(examples, (_TEST_SHARE, _HELD_OUT_SHARE))
    return examples.take(train), examples.take(held_out), examples.take(test)


def digest(parts: Iterable[Examples]) -> str:
    """The sha256 of all inputs, labels and targets, part after part."""
    result = hashlib.sha256()
    for part in parts:
        result.update(part.inputs.tobytes())
        others = [other for other in part.others if other.is_known]
        for one in (Truth(part.labels, part.names, part.targets), *others):
            result.update(one.labels.astype("<i8").tobytes())
            if one.targets is not None:
                result.update(one.targets.astype("<f4").tobytes())
    return result.hexdigest()


def sorted_out(examples: Examples, strict: bool) -> Examples:
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


def _parts(examples: Examples, shares: Sequence[float]) -> list[npt.NDArray[np.int64]]:
    """The indices of parts with those shares of each class, and of the rest."""
    rng = np.random.default_rng(SEED)
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
    rng = np.random.default_rng(SEED)
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
