"""Searches whose trainings are simulated: they sleep, and their accuracy follows from the network.

As a command it is one worker, ``python -m tests.search.simulated URL NAME TRIALS SECONDS``.
"""

import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime import console
from train.network import Network, layers
from train.search import run, sampler, space, study
from train.search.judge import Cost, Refusal
from train.search.run import Budget
from train.search.rungs import RUNGS, Rung
from train.search.trial import Objective


@dataclass(frozen=True)
class Costs:
    """By the number of weights and of values: no compiler."""

    flash: int = 2_500

    def cost(self, point: Network) -> Cost | Refusal:
        chain = layers(point, (28, 28, 1), 10)
        sizes = [_size(layer.gives) for layer in chain]
        weights = [
            _size(layer.window) * layer.given[-1] * layer.gives[-1]
            for layer in chain
            if layer.op in ("conv", "dense")
        ]
        flash, ram = sum(weights) or 1, max(sizes)
        if flash > self.flash:
            return Refusal("flash", flash / self.flash - 1)
        return Cost(sum(sizes) * 10 + flash, flash, ram, flash)


@dataclass(frozen=True)
class Lessons:
    """A rung takes ``seconds``; more weights are better, with what chance adds."""

    seconds: float = 0.0
    rungs: Sequence[Rung] = RUNGS
    log: Path | None = None  # gets a line for each network that went through all rungs

    def results(self, point: Network) -> Iterator[float]:
        cost = Costs(1 << 30).cost(point)
        assert isinstance(cost, Cost)
        noise = zlib.crc32(point.key().encode()) / 2**32
        for number in range(len(self.rungs)):
            time.sleep(self.seconds)
            error = (0.3 + noise) * cost.flash**-0.5 / (number + 1)
            yield 1 - min(0.9, error)
        if self.log:
            with self.log.open("a") as log:
                log.write(f"{point.key()}\n")


def _size(shape: Sequence[int]) -> int:
    total = 1
    for side in shape:
        total *= side
    return total


def terms(**changes: Any) -> dict[str, Any]:
    """Terms of a search that is simulated."""
    return {"format": study.FORMAT, "data": "simulated", "seed": 1} | changes


def objective(seconds: float = 0.0) -> Objective:
    """What a worker minimizes."""
    return Objective(space.load(), Costs(), Lessons(seconds))


def main() -> None:
    """Work until the trials are done."""
    url, name, trials, seconds = sys.argv[1:]
    with study.reached(url):
        storage = study.connect(url, alone=False, heartbeat=1)
        known = study.begin(storage, name, terms(), list)
        known.sampler = sampler.Seeded(1)
        run.work(known, objective(float(seconds)), Budget(int(trials), None))


if __name__ == "__main__":
    console.run(lambda _: main() or 0)
