"""What every network of a user can do, however it came."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from convert import quantize
from convert.quantize import Calibration
from runtime.errors import ModelError
from train import qat
from train.loop import Epoch, Loss, Material, Plan, Trainer
from train.rewrite import Scaling, Scores
from train.tf import keras

FLOATS = npt.NDArray[np.float32]
How = Literal["qat", "ptq", "ready"]
SAMPLES = 8
"""Random inputs that a network is tried on before anything is trained."""


@dataclass(frozen=True)
class Input:
    """One input of a network."""

    name: str
    shape: tuple[int, ...]  # without the batch
    scaling: Scaling | None  # that the network did itself, and its user does now


@dataclass(frozen=True)
class Output:
    """One output of a network."""

    name: str
    shape: tuple[int, ...]  # without the batch
    scores: Scores


@dataclass(frozen=True)
class Support:
    """How a network becomes int8, and why so, in one line."""

    how: How
    reason: str


class Network(ABC):
    """A network with its inputs and outputs, in the order of the int8 file's."""

    origin: str  # "mine.keras, Keras 3"
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]

    @property
    @abstractmethod
    def support(self) -> Support:
        """Decided before anything is trained, by a trial on random inputs.

        Raises ModelError, naming the operators, where the compiler does not take the result.
        """

    @property
    def how(self) -> How:
        """Of ``support``."""
        return self.support.how

    @property
    def reason(self) -> str:
        """Of ``support``."""
        return self.support.reason

    @property
    def scaling(self) -> Scaling | None:
        """Of the first input."""
        return self.inputs[0].scaling

    @property
    def model(self) -> keras.Model | None:
        """The float network as a Keras model of known layers; None: there is none."""
        return None

    @abstractmethod
    def predict(self, real: Sequence[FLOATS]) -> list[FLOATS] | None:
        """The float outputs [n, ...] for each input's real values [n, ...]; None: no float one."""

    @abstractmethod
    def quantize(self, calibration: Calibration) -> bytes:
        """The int8 ``.tflite``, its ranges from real inputs, float32 [n, ...] for each."""

    @abstractmethod
    def float32(self) -> bytes | None:
        """The float ``.tflite``; None: there is none."""

    def fine_tune(self, material: Material, plan: Plan) -> "Tuning":  # noqa: ARG002 - of the interface
        """Quantization-aware training; raises ModelError where ``how`` is not "qat"."""
        raise ModelError(f"{self.origin} cannot be fine-tuned: {self.reason}")

    def losses(self, targets: Sequence[npt.NDArray[Any]]) -> tuple[Loss, ...]:
        """How each output is trained: logits of whole-numbered targets are of classes."""
        return tuple(
            _loss(output, target) for output, target in zip(self.outputs, targets, strict=True)
        )


def _loss(output: Output, target: npt.NDArray[Any]) -> Loss:
    if output.scores == "independent":
        return "independent"
    classes = output.scores == "logits" or np.issubdtype(target.dtype, np.integer)
    return "classes" if classes else "values"


class Tuning:
    """A fine-tuning: its epochs, then the int8 network that comes out."""

    def __init__(self, trainer: Trainer, finish: quantize.Finish) -> None:
        self.trainer, self._finish = trainer, finish

    def epochs(self, validation: Material) -> Iterator[Epoch]:
        """Train the epochs that are left, and give a row of the learning curves after each."""
        return self.trainer.epochs(validation)

    def quantize(self) -> bytes:
        """The int8 ``.tflite`` of the network as it is now."""
        return quantize.int8(self.trainer.model, finish=self._finish)

    def dump(self) -> bytes:
        """The network with its fake quantization, as an ``.h5``."""
        return qat.dump(self.trainer.model)


def random_inputs(inputs: Sequence[Input]) -> list[FLOATS]:
    """Random inputs, weak and strong ones: a recurrent network's state must move."""
    rng = np.random.default_rng(0)
    strength = 2.0 ** (np.arange(SAMPLES) % 4)
    values = (rng.normal(0, 1, (*port.shape, SAMPLES)) * strength for port in inputs)
    return [np.moveaxis(value, -1, 0).astype(np.float32) for value in values]
