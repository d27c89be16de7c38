"""Arrays: numbers go in as they are, scaled."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from convert.bundle.kinds.kind import Kind, Sample, scaled
from runtime.dataset import Examples
from runtime.tasks.tensor import Arrays

_MOST = 12
"""Examples of the test part among the vectors."""


class Tensor(Kind[Arrays]):
    """Numbers of any shape; a table's windows have rows and columns as their first axes."""

    values = "values"
    given = "values"
    ports = ("Values",)

    def preprocessing(self, task: Arrays) -> dict[str, Any]:
        """The order of the numbers, and where in a table they stand."""
        steps = [
            {
                "step": "order",
                "rule": "The numbers as 32-bit floats in the order of the shape, the last axis "
                "fastest. Not a number and infinities are not taken.",
            }
        ]
        if len(task.shape) == 2 and task.columns:
            rows, columns = task.shape
            rule = (
                f"{rows} rows of a table, one after the other in time, each with the {columns} "
                f"columns {', '.join(task.columns)}, in this order."
            )
            if task.step:
                rule += f" In training the next window began {task.step} rows later."
            steps.insert(0, {"step": "window", "rule": rule})
        elif task.columns:
            rule = f"One row of a table: the columns {', '.join(task.columns)}, in this order."
            steps.insert(0, {"step": "row", "rule": rule})
        return {
            "from": "numbers",
            "to": f"32-bit floats of shape {list(task.shape)}",
            "steps": steps,
        }

    def precision(self, task: Arrays) -> str:  # noqa: ARG002 - of the interface
        """Nothing is computed before the scaling."""
        return "Compute in 32-bit floats, each operation rounded by itself."

    def rule(self, task: Arrays) -> str:
        """Of a number."""
        return scaled(task, "value")

    def described(self, task: Arrays) -> str:
        """What the numbers are."""
        named = f" of {', '.join(task.columns)}" if task.columns else ""
        return f"{self.noun(task)}{named}, prepared as contract.json says"

    def noun(self, task: Arrays) -> str:
        """With its shape."""
        return f"array of {'x'.join(map(str, task.shape))} numbers"

    def drawn(self, task: Arrays, test: Examples) -> dict[str, bytes]:  # noqa: ARG002 - of the interface
        """None: the vectors hold the numbers themselves."""
        return {}

    def samples(self, task: Arrays, test: Examples, files: Sequence[Path]) -> list[Sample]:  # noqa: ARG002 - of the interface
        """Examples of every class in turn, then zeros, and numbers that leave the range."""
        chosen = spread(test, _MOST)
        found = [Sample({"example": f"test {i}"}, test.inputs[i]) for i in chosen]
        first = test.inputs[chosen[0]]
        found.append(Sample({"example": "zeros"}, np.zeros_like(first)))
        wide = np.asarray(first.astype(np.float32) * np.float32(100), first.dtype)
        found.append(Sample({"example": f"test {chosen[0]}, times 100"}, wide))
        return found


def spread(test: Examples, count: int) -> list[int]:
    """The numbers of up to ``count`` examples: the first of each class, then the second, ..."""
    turns = np.zeros(len(test), np.int64)  # how many of its class stand before each example
    for label in np.unique(test.labels):
        places = np.flatnonzero(test.labels == label)
        turns[places] = np.arange(len(places))
    order = np.lexsort((test.labels, turns))
    return [int(index) for index in order[:count]]
