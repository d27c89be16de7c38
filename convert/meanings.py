"""What the outputs of a network mean, by what it computes and what the data hold."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from convert.layers import NAMELESS
from convert.network import Network, Output
from runtime import judge
from runtime.dataset import Examples, Floats
from runtime.errors import DataError
from runtime.tasks.meaning import Classes, Meaning, Reconstruction, Values
from runtime.tasks.task import Task

USUAL = 0.99
"""Share of usual examples whose reconstruction error is within the threshold."""
USUAL_NAMES = ("normal", "ok", "good", "healthy", "usual")
"""What the class of what a reconstruction shall know is usually called."""


def of(
    network: Network, examples: Examples | None, labels: Sequence[str] = ()
) -> tuple[Meaning, ...]:
    """The meanings of the outputs of ``network``; ``labels`` where there are no ``examples``.

    Raises DataError where the two do not go together.
    """
    pairs = enumerate(network.outputs)
    if examples is None:
        return tuple(_meant(network, one, () if n else labels, None) for n, one in pairs)
    known = [examples.of(number) for number, _ in enumerate(network.outputs)]
    return tuple(_meant(network, one, known[n].names, known[n]) for n, one in pairs)


def untaught(found: Sequence[Meaning], examples: Examples) -> list[int]:
    """The outputs of those meanings that ``examples`` do not say what they shall give."""
    return [n for n, one in enumerate(found) if not judge.knows(one, examples.of(n))]


def _meant(
    network: Network, output: Output, names: Sequence[str], examples: Examples | None
) -> Meaning:
    size = int(np.prod(output.shape))
    if output.scores == "independent" and size == 1 and len(names) in (0, 2):
        return Classes(tuple(names) or ("no", "yes"), "binary")
    is_score = output.scores != "values"
    if is_score and not names:
        return Classes(tuple(map(str, range(size))), output.scores)
    if is_score and len(names) != size:
        raise DataError(
            f"the network has {size} classes and the data {len(names)}, {', '.join(names[:8])}: "
            "give data of the classes that it was trained on"
        )
    if names and len(names) == size:
        return Classes(tuple(names), output.scores if is_score else "logits")
    if output.shape == network.inputs[0].shape and (examples is None or examples.targets is None):
        return Reconstruction(size)
    if names:
        raise DataError(f"the network gives {size} values and the data have {len(names)} classes")
    return _numbers(output)


def _numbers(output: Output) -> Values:
    size = int(np.prod(output.shape))
    name = "y" if output.name.startswith(NAMELESS) else output.name
    return Values((name,) if size == 1 else tuple(f"{name}{number}" for number in range(size)))


def usual(meaning: Meaning, examples: Examples) -> Examples:
    """The examples that a network learns from: of a reconstruction only those of the usual class.

    That is the one with a usual name, else the largest.
    """
    return examples.take(np.flatnonzero(are_usual(meaning, examples)))


def are_usual(meaning: Meaning, examples: Examples) -> npt.NDArray[np.bool_]:
    """Whether each example [count] is one that a network of that meaning is judged by."""
    if not isinstance(meaning, Reconstruction) or len(examples.names) < 2:
        return np.ones(len(examples), bool)
    return np.asarray(examples.labels == usual_class(examples))


def usual_class(examples: Examples) -> int:
    """The class that is not odd: the one with a usual name, else the largest."""
    names = [name.casefold() for name in examples.names]
    counts = np.bincount(examples.labels, minlength=len(names))
    known = [names.index(name) for name in USUAL_NAMES if name in names]
    return known[0] if known else int(counts.argmax())


def with_threshold(
    meaning: Reconstruction, task: Task, examples: Examples, found: Floats
) -> Reconstruction:
    """The error that 99 % of held-out usual ``examples`` stay within, by int8's own answers."""
    errors = meaning.errors(task.real(examples.inputs), found)
    return replace(meaning, threshold=float(np.quantile(errors, USUAL)))
