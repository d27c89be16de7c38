"""What a network is taught besides its examples: what belongs to none of its classes.

An example with the label ``OTHER`` belongs to none. Of it a classifier learns that all its logits
are below 0, which is the logit of none: nothing is added to the network, and what was never seen is
refused, too (after Hendrycks, Mazeika, Dietterich, "Deep anomaly detection with outlier exposure",
2019, who teach it to be unsure; a small network learns this better). For digits such examples are
drawn (``train.shapes``), with digits in forms that MNIST hardly has; for other classes they are
those of a folder or a class that is called ``none``.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from runtime.dataset import OTHER, Array, Examples, Labels
from runtime.tasks.digits import Digits
from runtime.tasks.task import Task
from train import shapes

DIGITS = tuple("0123456789")
DRAWN, RARE, SLANTED = 0.28, 0.06, 0.04
"""Pictures that are drawn, as shares of the examples: no digits, rare forms, slanted ones."""
SEED = 1_998


def enlarged(
    task: Task, train: Examples, others: Examples | None = None, *, drawings: bool = False
) -> Examples:
    """``train`` with what a network for ``task`` is taught besides, ``others`` among it.

    Without ``drawings`` digits are taught alone: the smallest networks have no room for more.
    """
    extra = [] if others is None else [_none(others.inputs)]
    if drawings and has_drawings(task, train):
        count = len(train)
        drawn = shapes.others(train.inputs, train.labels, round(DRAWN * count), SEED)
        extra += [
            _none(drawn),
            shapes.rare(round(RARE * count), SEED + 1),
            shapes.slanted(train.inputs, train.labels, round(SLANTED * count), SEED + 2),
        ]
    return _with(train, extra)


def held_out(
    task: Task, examples: Examples, others: Examples | None = None, *, drawings: bool = False
) -> Examples:
    """Held-out ``examples`` with held-out ``others``, and with ``drawings`` for digits."""
    extra = [] if others is None else [_none(others.inputs)]
    if drawings and has_drawings(task, examples):
        count = round(DRAWN * len(examples))
        extra.append(_none(shapes.others(examples.inputs, examples.labels, count, SEED + 3)))
    return _with(examples, extra)


def has_drawings(task: Task, examples: Examples) -> bool:
    """Whether what is no digit is drawn for networks that learn from ``examples``."""
    return isinstance(task, Digits) and examples.names == DIGITS


def _none(inputs: Array) -> tuple[Array, Labels]:
    """``inputs`` as what belongs to none of the classes."""
    return inputs, np.full(len(inputs), OTHER, np.int64)


def _with(examples: Examples, extra: Sequence[tuple[Array, Labels]]) -> Examples:
    if not extra:
        return examples
    inputs = np.concatenate([examples.inputs, *(some for some, _ in extra)])
    labels = np.concatenate([examples.labels, *(some for _, some in extra)])
    return replace(examples, inputs=inputs, labels=labels, groups=None, files=None)
