"""Whether a float network is worth proving anything against: judged before it is quantized.

An int8 network can equal a float one that was fed wrongly, and both be useless. So the float
network is judged on the given preprocessing, and under others that people use.
"""

from collections.abc import Callable, Iterator

import numpy as np

from runtime import judge
from runtime.dataset import Examples, Floats
from runtime.errors import GateError
from runtime.judge import Judgement
from runtime.tasks import scaling
from runtime.tasks.meaning import Meaning
from runtime.tasks.scaling import NAMED, Scaling
from runtime.tasks.task import Task

JUDGED = 1_000
"""Held-out examples that the float network is judged on, the first ones."""
CLEARLY = 0.03
"""Accuracy by which another preprocessing must be better, beyond both intervals."""

Network = Callable[[Floats], Floats]
"""Real inputs [count, *shape] to the real values of an output [count, ...]."""


def check(
    network: Network, meaning: Meaning, task: Task, examples: Examples, least: float | None
) -> Judgement | None:
    """Judge an output of a float ``network`` on held-out ``examples``; None: cannot be.

    ``least`` is the accuracy, 0..1, that is asked for; None: better than without looking. Raises
    GateError when it is not reached, or another preprocessing is clearly better.
    """
    chosen = examples.first(JUDGED)
    found = _known(network, meaning, task, chosen)
    if found is not None and found.is_share and least != 0:
        _against_others(network, meaning, task, chosen, found)
    return _enough(found, task, chosen, least)


def check_trained(
    network: Network, meaning: Meaning, task: Task, examples: Examples, least: float | None
) -> Judgement | None:
    """``check`` for a network that was trained here, so that its preprocessing is no question."""
    chosen = examples.first(JUDGED)
    return _enough(_known(network, meaning, task, chosen), task, chosen, least)


def _known(network: Network, meaning: Meaning, task: Task, examples: Examples) -> Judgement | None:
    """How good it is; None where the examples do not say what is right."""
    if not judge.knows(meaning, examples):
        return None
    judge.require(meaning, examples)
    return _judged(network, meaning, task, examples)


def _enough(
    found: Judgement | None, task: Task, examples: Examples, least: float | None
) -> Judgement | None:
    if found is not None:
        _against_blind(found, examples, task, least)
    return found


def _judged(network: Network, meaning: Meaning, task: Task, examples: Examples) -> Judgement:
    real = task.real(examples.inputs)
    return judge.judge(meaning, judge.losses(meaning, network(real), real, examples))


def _against_others(
    network: Network, meaning: Meaning, task: Task, examples: Examples, found: Judgement
) -> None:
    tried = [
        (how, cure, _judged(network, meaning, other, given))
        for how, cure, other, given in _others(task, examples)
    ]
    how, cure, better = max(tried, key=lambda row: row[2].figure)
    apart = better.interval.low > max(found.interval.high, _blind_share(examples))
    if apart and better.figure - found.figure > CLEARLY:
        raise GateError(
            f"the float network reads {100 * found.figure:.1f} % of {examples.source} "
            f"({found.count} held-out {task.noun}s) with values scaled {task.scaling}, and "
            f"{100 * better.figure:.1f} % {how}: it was trained on that; {cure}"
        )


def _others(task: Task, examples: Examples) -> Iterator[tuple[str, str, Task, Examples]]:
    """Other usual preprocessings: in words, the cure, and what they make of task and examples."""
    known: dict[str, Scaling] = dict(NAMED) if task.stored == np.uint8 else {"none": Scaling()}
    known["standard"] = scaling.measured(examples.inputs.reshape(-1, *task.shape))
    for name, one in known.items():
        if one != task.scaling:
            yield f"scaled {name}", f"pass --scaling {name}", task.scaled(one), examples
    if task.stored == np.uint8:
        yield from _turned(task, examples)


def _turned(task: Task, examples: Examples) -> Iterator[tuple[str, str, Task, Examples]]:
    cure = "train it on pictures as they are, or put that into the network"
    inverted = examples.with_inputs(np.invert(examples.inputs))
    yield "with the brightness inverted", cure, task, inverted
    if task.shape[-1] == 3:
        swapped = examples.with_inputs(examples.inputs[..., ::-1])
        yield "with red and blue swapped", cure, task, swapped


def _against_blind(found: Judgement, examples: Examples, task: Task, least: float | None) -> None:
    """Raise GateError unless the network does better than one that does not look."""
    if found.is_share:
        blind = _blind_share(examples)
        enough = found.interval.low > blind if least is None else found.figure >= least
        asked = (
            f"always saying the same gives {100 * blind:.1f} %"
            if least is None
            else f"--min-accuracy asks for {100 * least:.1f} %"
        )
        told = f"reads {100 * found.figure:.1f} %"
    else:
        blind = _blind_error(examples, task)
        enough = found.figure < blind if least is None else True
        asked = f"always giving the mean has {blind:.5g}"
        told = f"has a {found.measure} of {found.figure:.5g}"
    if not enough:
        raise GateError(
            f"the float network {told} on {found.count} held-out {task.noun}s of "
            f"{examples.source}, {asked}: it has not learnt this data, or is fed otherwise than in "
            "training (--scaling, order of the classes); --min-accuracy 0 lets it pass"
        )


def _blind_share(examples: Examples) -> float:
    """The accuracy of always saying the most frequent class."""
    counts = np.bincount(examples.labels, minlength=len(examples.names))
    return float(counts.max() / counts.sum())


def _blind_error(examples: Examples, task: Task) -> float:
    """The error of giving the mean, whatever comes: absolute of targets, else squared of inputs."""
    if examples.targets is not None:
        middle = np.median(examples.targets, axis=0)
        return float(np.abs(examples.targets - middle).mean())
    real = task.real(examples.inputs).reshape(len(examples), -1)
    return float(((real - real.mean(axis=0)) ** 2).mean())
