"""Where an interrupted training left off: one file, replaced as a whole after every epoch."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from train import store
from train.loop import Epoch, Trainer


class Checkpoint:
    """The state of a training in the file ``path``.

    ``key`` is everything that decides the result; a checkpoint with another key is not resumed.
    """

    def __init__(self, path: Path, key: Mapping[str, object], trainer: Trainer) -> None:
        self._path = path
        self._key = json.dumps(key, sort_keys=True)
        self._variables = [*trainer.model.variables, *trainer.optimizer.variables]

    def resume(self) -> list[Epoch]:
        """Restore model and optimizer, and give the epochs that were done; [] to start anew."""
        try:
            with np.load(self._path, allow_pickle=False) as file:
                if str(file["key"]) != self._key:
                    return []
                history = [Epoch(**row) for row in json.loads(str(file["history"]))]
                values = [file[f"v{i}"] for i in range(len(self._variables))]
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
            return []  # there is none, or it is not ours: the training starts anew
        for variable, value in zip(self._variables, values, strict=True):
            variable.assign(value)
        return history

    def save(self, history: Sequence[Epoch]) -> None:
        """Keep the present state; raises OutputError."""
        values = {f"v{i}": variable.numpy() for i, variable in enumerate(self._variables)}
        rows = json.dumps([asdict(epoch) for epoch in history])
        buffer = io.BytesIO()
        np.savez(buffer, key=np.array(self._key), history=np.array(rows), **values)
        store.write(self._path, buffer.getvalue())
