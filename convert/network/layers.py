"""A network of layers that are known: Keras of either version."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from convert import quantize, trial
from convert.network.base import FLOATS, Input, Network, Output, Support, Tuning, random_inputs
from convert.quantize import Calibration
from runtime.errors import ModelError
from train import qat
from train.activations import CURES, without_int8
from train.graph import assemble
from train.loop import Material, Plan, Trainer, applied
from train.nodes import Graph
from train.parts import take_apart
from train.rewrite import Scaling, deployed, without_scaling, without_softmax
from train.tf import keras, tf

_TOLERANCE = 1e-4
"""What rewriting may change of a float output, as a share of the largest one."""
_BRANCHES = "as tensorflow-model-optimization gives branches that meet ranges of their own"
_CHUNK = 500  # examples that the float network computes at a time


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
        self._check_activations()
        sample = random_inputs(self.inputs)
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
            return Support(
                "ptq", f"fine-tuning would leave {extra} QUANTIZE operators more, {_BRANCHES}"
            )
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

    def _check_activations(self) -> None:
        """Raise ModelError, naming the layer, for an activation that no quantizer has in int8."""
        for node in self._plain.nodes:
            kind = node.kind.lower() if node.kind == "ELU" else node.config.get("activation")
            if node.kind in ("ELU", "Activation") and kind in CURES:
                own = f"{node.inputs[0]}_{kind}" != node.name  # else an activation= of that layer
                name = node.name if own else node.inputs[0]
                raise without_int8(f"{self.origin}: layer {name!r} has the activation {kind}", kind)

    def _check(self, source: Any) -> None:
        """Raise ModelError unless what was rewritten computes what ``source`` does."""
        real = random_inputs(self.inputs)
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
