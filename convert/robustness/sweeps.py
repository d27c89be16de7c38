"""The curves of a report, by the kind of task: changes at rising strengths."""

from collections.abc import Callable
from dataclasses import dataclass

from convert.robustness.changes import (
    Change,
    brightness,
    contrast,
    gain,
    geometric,
    noise,
    without,
)
from runtime.tasks.task import Task
from train.augment import Level


@dataclass(frozen=True)
class Sweep:
    """One kind of change at rising strengths."""

    name: str
    unit: str
    strengths: tuple[float, ...]  # the first leaves the examples as they are
    change: Callable[[float], Change]


SHIFT = "± pixels", (0, 1, 2, 3, 4, 5, 6)
ROTATION = "± degrees", (0, 10, 20, 30, 40, 50)
SCALE = "± share of the size", (0, 0.1, 0.2, 0.3, 0.4, 0.5)
CONTRAST = Sweep("contrast", "share left", (1, 0.8, 0.6, 0.4, 0.2, 0.1), contrast)
DIGITS = (
    Sweep("shift", *SHIFT, lambda x: geometric(Level(shift=x))),
    Sweep("rotation", *ROTATION, lambda x: geometric(Level(rotation=x))),
    Sweep("scale", *SCALE, lambda x: geometric(Level(scale=x))),
    Sweep("noise", "deviation, 1 is full ink", (0, 0.1, 0.2, 0.3, 0.4, 0.5), noise),
    CONTRAST,
)
PICTURES = (
    Sweep("shift", *SHIFT, lambda x: geometric(Level(shift=x), "REFLECT")),
    Sweep("rotation", *ROTATION, lambda x: geometric(Level(rotation=x), "REFLECT")),
    Sweep("scale", *SCALE, lambda x: geometric(Level(scale=x), "REFLECT")),
    Sweep("noise", "deviation, 1 is white", (0, 0.05, 0.1, 0.15, 0.2, 0.3), noise),
    CONTRAST,
    Sweep("brightness", "± share of white", (0, 0.1, 0.2, 0.3, 0.4, 0.5), brightness),
)
ARRAYS = (
    Sweep("noise", "deviation, 1 is that of the channel", (0, 0.1, 0.2, 0.3, 0.5, 1), noise),
    Sweep("gain", "± share", (0, 0.1, 0.2, 0.3, 0.4, 0.5), gain),
)
LESS = Sweep("missing", "channels", (0, 1), without)
"""Of arrays with several channels."""


def sweeps(task: Task) -> tuple[Sweep, ...]:
    """The changes that mean something for ``task``."""
    more = (LESS,) if task.shape[-1] > 1 else ()
    return {"digits": DIGITS, "image": PICTURES, "tensor": (*ARRAYS, *more)}[task.kind]
