"""Tasks: how raw data becomes the input of a network, and what its outputs mean.

A task is a module of this package with a class of ``Task`` in it; ``contract.json`` carries it
beside the model. Nothing outside a task's own module knows its sizes or its files.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from runtime.errors import DataError, ModelError
from runtime.tasks.digits import Digits
from runtime.tasks.photo import Photo
from runtime.tasks.scaling import NAMED, Scaling
from runtime.tasks.task import Task
from runtime.tasks.tensor import Arrays

KINDS: Mapping[str, type[Task]] = {task.kind: task for task in (Digits, Photo, Arrays)}
"""The tasks there are; what an input may be meant for is tried in this order."""

_FAR = 0.25
"""Of the span that pixels have: a range further off than this is not that of pictures."""

__all__ = ["KINDS", "Task", "find", "guess", "of"]


def find(kind: str) -> type[Task]:
    """The task of that name; raises DataError with the names there are."""
    if kind not in KINDS:
        raise DataError(f"no task is called {kind!r}; there are {', '.join(KINDS)}")
    return KINDS[kind]


def of(described: Mapping[str, Any]) -> Task:
    """The task that ``Task.describe`` told of; raises ModelError when it is none."""
    try:
        scaling = described["scaling"]
        told = Scaling(tuple(scaling["mean"]), tuple(scaling["deviation"]))
        shape = tuple(int(side) for side in described["shape"])
        return find(described["kind"]).of(shape, told, described)
    except (KeyError, TypeError, ValueError, DataError) as error:
        raise ModelError(f"its task cannot be read ({error}): export it again") from error


def guess(shape: tuple[int, ...], ends: tuple[float, float] | None = None) -> Task:
    """What a network without a contract is most likely meant for, by its input's shape.

    ``ends`` are the least and the largest real value that a quantized input can have; pixels are
    taken for scaled in the usual way that is closest to them. Of one channel, where none is close,
    they are not pixels but, say, a spectrogram.
    """
    kind = next(kind for kind in KINDS.values() if kind.fits(shape))
    if kind is Arrays:
        return kind.of(shape, Scaling(), {})
    if ends is None or kind is Digits:
        return kind.of(shape, NAMED["0..1"], {})
    nearest = min(NAMED.values(), key=lambda one: _distance(one, ends))
    if shape[-1] == 1 and _distance(nearest, ends) > _FAR:
        return Arrays.of(shape, Scaling(), {})
    return kind.of(shape, nearest, {})


def _distance(scaling: Scaling, ends: tuple[float, float]) -> float:
    """How far the real values of pixels 0 and 255 are from ``ends``, in shares of their span."""
    found = scaling.real(np.array([[0], [255]], np.uint8)).ravel()
    return float(np.abs(found - np.array(ends)).sum() / (found[1] - found[0]))
