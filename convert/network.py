"""Any small network of a user: a float function to prove against, and a way to int8.

    load(path)
    ├── Layers     .keras, .h5, SavedModel of Keras: layers that are known, fine-tuned or quantized
    ├── Flat       float .tflite, SavedModel of anything else: operators, quantized as they are
    └── Ready      .tflite that computes in integers: stays as it is

What is compared is of one kind on both sides: a final softmax is taken off, so that the float
reference and the int8 network give logits; a final sigmoid stays in both. What an input begins with
to scale its values is taken off and told.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from convert import float_tflite, quantize, saved_model, surgery, tflite, trial
from convert.compiler.build import compile_model
from convert.quantize import Calibration
from runtime import interpreter
from runtime.errors import ModelError
from train import files, qat
from train.graph import assemble
from train.loop import Epoch, Loss, Material, Plan, Trainer, applied
from train.nodes import Graph
from train.parts import take_apart
from train.rewrite import Scaling, Scores, deployed, without_scaling, without_softmax
from train.tf import keras, tf

FLOATS = npt.NDArray[np.float32]
How = Literal["qat", "ptq", "ready"]
_TOLERANCE = 1e-4
"""What rewriting may change of a float output, as a share of the largest one."""
_SAMPLES = 8  # random inputs that a network is tried on before anything is trained
_CHUNK = 500  # examples that the float network computes at a time


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


class Layers(Network):
    """A network of layers that are known, from Keras 2 or 3."""

    def __init__(self, source: Any, origin: str) -> None:
        self.origin = origin
        whole = take_apart(source)
        names = [_output_name(tensor) for tensor in tf.nest.flatten(source.outputs)]
        plain, scalings = without_scaling(whole)
        plain, scores = without_softmax(plain)
        self.inputs = tuple(Input(n, whole[n].shape, scalings[n]) for n in whole.inputs)
        self.outputs = tuple(
            Output(name, plain[node].shape, kind)
            for name, node, kind in zip(names, plain.outputs, scores, strict=True)
        )
        self._plain = plain
        self._model = assemble(deployed(plain))
        self._check(source)

    @property
    def model(self) -> keras.Model:
        """The float network, arranged for int8."""
        return self._model

    @cached_property
    def support(self) -> Support:
        """Decided by a trial of both ways."""
        sample = _sample(self.inputs)
        stays = trial.verified(self.quantize(sample), self.origin)
        if any(output.scores == "probabilities" for output in self.outputs):
            return Support("ptq", "a softmax that is not over the last axis is not trained here")
        try:
            fake = qat.quantized(self._core)
            applied(fake, [tf.constant(values) for values in sample], training=True)
            extra = trial.verified(quantize.int8(fake, finish=self._finish), self.origin) - stays
        except ModelError as error:
            return Support("ptq", str(error))
        if extra > 0:
            return Support("ptq", f"fine-tuning would leave {extra} QUANTIZE operators more")
        return Support("qat", "tensorflow-model-optimization takes every layer")

    def predict(self, real: Sequence[FLOATS]) -> list[FLOATS]:
        """By Keras 2, of the rewritten network."""
        parts = []
        for start in range(0, len(real[0]), _CHUNK):
            given = [tf.constant(values[start : start + _CHUNK]) for values in real]
            parts.append([answer.numpy() for answer in applied(self._model, given)])
        return [np.concatenate(column) for column in zip(*parts, strict=True)]

    def quantize(self, calibration: Calibration) -> bytes:
        """By TensorFlow's converter."""
        return trial.converted(lambda: quantize.int8(self._model, calibration))

    def float32(self) -> bytes:
        """By TensorFlow's converter."""
        return trial.converted(lambda: quantize.float32(self._model))

    def fine_tune(self, material: Material, plan: Plan) -> Tuning:
        """By tensorflow-model-optimization; a final sigmoid is part of the loss meanwhile."""
        if self.how != "qat":
            return super().fine_tune(material, plan)
        fake = qat.with_ranges(self._core, material, plan)
        return Tuning(Trainer(fake, material, plan), self._finish)

    @cached_property
    def _core(self) -> keras.Model:
        """The network without final sigmoids."""
        graph = self._plain
        for name, output in zip(graph.outputs, self.outputs, strict=True):
            if output.scores == "independent" and graph[name].kind == "Activation":
                graph = graph.without(name)
        return assemble(deployed(graph))

    def _finish(self, answers: list[tf.Tensor]) -> list[tf.Tensor]:
        """The outputs from those of the core."""
        pairs = zip(self.outputs, self._plain.outputs, answers, strict=True)
        return [
            tf.sigmoid(answer) if _has_sigmoid(self._plain, node, output) else answer
            for output, node, answer in pairs
        ]

    def _check(self, source: Any) -> None:
        """Raise ModelError unless what was rewritten computes what ``source`` does."""
        real = _sample(self.inputs)
        values = [_unscaled(x, given.scaling) for x, given in zip(real, self.inputs, strict=True)]
        expected = applied(source, [tf.constant(x) for x in values])
        for output, answer, want in zip(self.outputs, self.predict(real), expected, strict=True):
            found = tf.nn.softmax(answer).numpy() if output.scores == "logits" else answer
            difference = np.abs(found - np.asarray(want)).max()
            if not difference <= _TOLERANCE * max(1.0, float(np.abs(want).max())):
                raise ModelError(
                    f"{self.origin}: output {output.name!r} changes by {difference:.2g} when the "
                    f"network is rewritten for int8: give it as a float .tflite"
                )


class Flat(Network):
    """A float ``.tflite``, of which only the operators are known."""

    def __init__(self, model: tflite.Model, origin: str) -> None:
        self.origin = origin
        self._plain = surgery.plain(model, origin)
        graph = tflite.parse(self._plain.content)
        self.inputs = tuple(
            Input(name, graph.tensors[number].shape[1:], scaling)
            for name, number, scaling in zip(
                self._plain.inputs, graph.inputs, self._plain.scalings, strict=True
            )
        )
        self.outputs = tuple(
            Output(name, graph.tensors[number].shape[1:], scores)
            for name, number, scores in zip(
                self._plain.outputs, graph.outputs, self._plain.scores, strict=True
            )
        )

    @cached_property
    def support(self) -> Support:
        """Decided by a trial of the quantizers."""
        content, who = float_tflite.int8(self._plain, _sample(self.inputs))
        trial.verified(content, self.origin)
        return Support("ptq", f"a network of operators is not trained; quantized by {who}")

    def predict(self, real: Sequence[FLOATS]) -> list[FLOATS]:
        """By LiteRT."""
        given = [values[:, None] for values in real]
        answers = interpreter.run_all(self._plain.content, given, "litert", "default", fresh=True)
        return [answer[:, 0] for answer in answers]

    def quantize(self, calibration: Calibration) -> bytes:
        """By ai-edge-quantizer, or by TensorFlow's quantizer."""
        return float_tflite.int8(self._plain, calibration)[0]

    def float32(self) -> bytes:
        """The file, plain."""
        return self._plain.content


class Ready(Network):
    """A ``.tflite`` that computes in integers already, with no float network beside it."""

    def __init__(self, model: tflite.Model, origin: str) -> None:
        self.origin, self._content = origin, model.content
        tensors = model.tensors
        self.inputs = tuple(
            Input(tensors[n].name, tensors[n].shape[1:], None) for n in model.inputs
        )
        self.outputs = tuple(
            Output(tensors[n].name, tensors[n].shape[1:], _ready_scores(model, n))
            for n in model.outputs
        )

    @cached_property
    def support(self) -> Support:
        """Decided by the compiler."""
        compile_model(tflite.parse(self._content, self.origin), "model")
        return Support("ready", "it computes in integers already, and stays as it is")

    def predict(self, real: Sequence[FLOATS]) -> None:  # noqa: ARG002 - of the interface
        """There is no float network."""
        return

    def quantize(self, calibration: Calibration) -> bytes:  # noqa: ARG002 - of the interface
        """The file as it was given."""
        return self._content

    def float32(self) -> None:
        """There is no float network."""
        return


def load(path: Path) -> Network:
    """Read any network; raises ModelError in one line, with what to do."""
    kind = files.kind(path)
    if kind == "tflite":
        model = tflite.read(path)
        ready = surgery.kind(model, str(path)) == "ready"
        return Ready(model, path.name) if ready else Flat(model, path.name)
    if kind == "saved_model" and not files.has_layers(path):
        return Flat(saved_model.flattened(path), path.name)
    source = files.read(path)
    version = 3 if type(source).__module__.startswith("keras.src") else 2
    return Layers(source, f"{path.name}, Keras {version}")


def _sample(inputs: Sequence[Input]) -> list[FLOATS]:
    """Random inputs, weak and strong ones: a recurrent network's state must move."""
    rng = np.random.default_rng(0)
    strength = 2.0 ** (np.arange(_SAMPLES) % 4)
    values = (rng.normal(0, 1, (*port.shape, _SAMPLES)) * strength for port in inputs)
    return [np.moveaxis(value, -1, 0).astype(np.float32) for value in values]


def _unscaled(real: FLOATS, scaling: Scaling | None) -> FLOATS:
    if scaling is None:
        return real
    values = real * np.array(scaling.deviation, np.float32) + np.array(scaling.mean, np.float32)
    return np.asarray(values, np.float32)


def _has_sigmoid(graph: Graph, node: str, output: Output) -> bool:
    return output.scores == "independent" and graph[node].kind == "Activation"


def _output_name(tensor: Any) -> str:
    history = tensor._keras_history
    return str((getattr(history, "layer", None) or history.operation).name)


def _ready_scores(model: tflite.Model, number: int) -> Scores:
    """What an output is, by the last operator that computes before it."""
    for operator in reversed(model.operators):
        if number in operator.outputs:
            if operator.name in ("QUANTIZE", "DEQUANTIZE", "RESHAPE"):
                number = operator.inputs[0]
                continue
            kinds: dict[str, Scores] = {"SOFTMAX": "probabilities", "LOGISTIC": "independent"}
            return kinds.get(operator.name, "values")
    return "values"
