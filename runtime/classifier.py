"""A .tflite with its contract: things of the world in, what the model says of them out."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime import contract, image, interpreter, native
from runtime.compiled import CompiledModel
from runtime.contract import Contract, read_labels
from runtime.dataset import Array, Floats
from runtime.errors import ModelError
from runtime.interpreter import Tensor
from runtime.tasks.meaning import Classes, softmax
from runtime.tasks.task import Task, Thing

__all__ = ["Classifier", "Model", "Prediction", "bundled", "find", "read_labels", "softmax"]

BUNDLED = Path(__file__).parent / "models"
"""Where the models lie that come with this package, each in a folder of its name."""

KINDS = ("int8", "uint8", "int16", "float32")
"""The types that a model's input and output may have."""

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Prediction:
    """What a classifier says of one thing."""

    label: str  # of the most probable class, even where the answer is none of them
    index: int  # of the label
    probability: float  # of the label, 0..1
    probabilities: Scores  # [classes]; they sum to 1 unless each class is judged by itself
    scores: Scores  # [classes], as the network gives them
    milliseconds: float  # of the inference alone
    is_none: bool = False  # whether it is none of the classes, by the contract's threshold

    def top(self, count: int) -> list[int]:
        """The indices of the ``count`` most probable classes, the best first."""
        return [int(index) for index in np.argsort(-self.scores, kind="stable")[:count]]


class Model:
    """A model, by its path or as the name of a bundled one, in an interpreter.

    Of one input. Raises ModelError for a model that is damaged or of another kind, BackendError
    for an interpreter that is missing; ``backend`` and ``kernels`` are as in ``interpreter.load``,
    and the backend "c" is C that is made of the model for this machine ("c:generic": plain C).
    """

    def __init__(
        self,
        model: str | Path = "base",
        backend: str | None = None,
        kernels: str = "default",
        threads: int = 1,
    ) -> None:
        self.path = find(model)
        self.interpreter = load(self.path, backend, kernels, threads)
        if len(self.interpreter.inputs) != 1:
            count = len(self.interpreter.inputs)
            raise ModelError(
                f"{self.path} has {count} inputs: what reads the world takes models of one; "
                "runtime.benchmark and convert.compiler --check take any"
            )
        for tensor in (self.interpreter.input, *self.interpreter.outputs):
            _check(tensor, self.path)
        self.contract: Contract = contract.of(
            self.path, self.interpreter.input, self.interpreter.outputs
        )

    @property
    def task(self) -> Task:
        """How raw data becomes the input."""
        return self.contract.task

    def fed(self, examples: Array) -> Array:
        """``examples`` [n, *task.stored_shape] as the model takes them, in its own type."""
        task, tensor = self.task, self.interpreter.input
        if examples.dtype != task.stored or examples.shape[1:] != task.stored_shape:
            raise ModelError(
                f"examples are {task.stored} {['n', *task.stored_shape]}, not {examples.dtype} "
                f"{list(examples.shape)}"
            )
        return as_input(task, examples, tensor)

    def run(self, examples: Array) -> list[Array]:
        """For each output its values [n, *shape without the batch], in the model's own type.

        Where the contract says what an example is, none sees what another one left in a model that
        keeps a state.
        """
        fed = [self.fed(examples)[:, None]]
        answers = self.interpreter.run_all(fed, fresh=self.contract.apart)
        return [answer[:, 0] for answer in answers]

    def reals(self, examples: Array) -> list[Floats]:
        """For each output its values [n, *shape without the batch], float32."""
        answers = self.run(examples)
        pairs = zip(answers, self.interpreter.outputs, strict=True)
        return [dequantized(answer, tensor) for answer, tensor in pairs]


class Classifier(Model):
    """A model whose first output has a number for each class; see ``Model``."""

    def __init__(
        self,
        model: str | Path = "base",
        backend: str | None = None,
        kernels: str = "default",
        threads: int = 1,
    ) -> None:
        super().__init__(model, backend, kernels, threads)
        if not isinstance(self.contract.outputs[0], Classes):
            kind = self.contract.outputs[0].describe()["kind"]
            raise ModelError(f"{self.path} gives {kind}, no classes")
        self._classes = self.contract.outputs[0]
        self.labels = self._classes.labels

    def raw(self, examples: Array) -> npt.NDArray[Any]:
        """The first output [n, classes] for ``examples``, in the model's own type."""
        return np.asarray(self.run(examples)[0].reshape(len(examples), -1))

    def scores(self, examples: Array) -> Scores:
        """The first output, float32 [n, classes]: logits or probabilities, as the network gives."""
        return dequantized(self.raw(examples), self.interpreter.output)

    def predict(self, thing: Thing) -> Prediction:
        """What the model says of a file, a picture or an example as its task keeps them.

        Raises ThimbleError when it cannot be read or has nothing to read in it.
        """
        example = self.task.prepare(thing)
        start = time.perf_counter()
        scores = self._classes.by_class(self.scores(example[None]))[0]
        milliseconds = (time.perf_counter() - start) * 1000
        return self.judged(scores, milliseconds)

    def judged(self, scores: Scores, milliseconds: float) -> Prediction:
        """What ``scores`` [classes] say."""
        probabilities = self._classes.probabilities(scores)
        index = int(scores.argmax())
        sure = float(probabilities[index])
        is_none = bool(self._classes.none(probabilities))
        return Prediction(
            self.labels[index], index, sure, probabilities, scores, milliseconds, is_none
        )


def as_input(task: Task, examples: Array, tensor: Tensor) -> Array:
    """``examples`` of ``task`` in the type of the input ``tensor``, [n, *shape]."""
    return as_type(task.real(examples), tensor)


def as_type(values: Floats, tensor: Tensor) -> Array:
    """Real ``values`` [n, *shape] in the type of the input ``tensor``."""
    if tensor.dtype == np.float32:
        return values
    return image.quantize(values, tensor.scale, tensor.zero_point, tensor.dtype)


def dequantized(values: Array, tensor: Tensor) -> Floats:
    """``values`` of an output ``tensor`` as reals, float32."""
    if tensor.dtype == np.float32:
        return np.asarray(values, np.float32)
    steps = values.astype(np.int32) - tensor.zero_point
    return np.asarray(steps.astype(np.float32) * np.float32(tensor.scale))


def load(
    path: Path, backend: str | None, kernels: str, threads: int
) -> interpreter.Interpreter | CompiledModel:
    """What runs ``path``: a compiled model for a ``.c`` or a backend "c", else an interpreter."""
    if path.suffix == ".c":
        return CompiledModel(path)
    if native.is_meant(backend):
        return native.load(path, str(backend), kernels)
    return interpreter.load(path, backend, kernels, threads)


def bundled() -> tuple[str, ...]:
    """The names of the models that come with this package."""
    return tuple(sorted(path.parent.name for path in BUNDLED.glob("*/model.tflite")))


def find(model: str | Path) -> Path:
    """The path of ``model``: a bundled model's name, or a path as it is.

    Raises ModelError when there is neither.
    """
    if isinstance(model, str) and model in bundled():
        return BUNDLED / model / "model.tflite"
    path = Path(model)
    if path.is_dir():
        if not (path / "model.tflite").is_file():
            raise ModelError(f"the folder {path} holds no model.tflite: give the path of a .tflite")
        path = path / "model.tflite"
    if not path.is_file():
        names = ", ".join(bundled()) or "none"
        raise ModelError(f"there is no model {path}: give a .tflite, or a bundled one ({names})")
    return path


def _check(tensor: Tensor, path: Path) -> None:
    """Raise ModelError unless values of ``tensor`` can be told as reals."""
    if tensor.shape[:1] != (1,):
        raise ModelError(
            f"{path} has a border of shape {list(tensor.shape)}: a batch of 1 is needed"
        )
    if tensor.dtype.name not in KINDS:
        kinds = " or ".join(KINDS)
        raise ModelError(f"{path} has a border of {tensor.dtype.name}: {kinds} is needed")
    if tensor.dtype != np.float32 and not (np.isfinite(tensor.scale) and tensor.scale > 0):
        raise ModelError(f"{path} has a border of scale {tensor.scale}: more than 0 is needed")
