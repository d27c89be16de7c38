"""Networks of which only the operators are known: float and int8 ``.tflite``."""

from collections.abc import Sequence
from functools import cached_property

from convert import float_tflite, surgery, tflite, trial
from convert.compiler.build import compile_model
from convert.network.base import FLOATS, Input, Network, Output, Support, random_inputs
from convert.quantize import Calibration
from runtime import interpreter
from train.rewrite import Scores


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
        content, who = float_tflite.int8(self._plain, random_inputs(self.inputs))
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
        inputs, outputs = (
            names if len(names) > 1 else [tensors[number].name for number in numbers]
            for names, numbers in zip(
                surgery.names(model), (model.inputs, model.outputs), strict=True
            )
        )
        self.inputs = tuple(
            Input(name, tensors[n].shape[1:], None)
            for name, n in zip(inputs, model.inputs, strict=True)
        )
        self.outputs = tuple(
            Output(name, tensors[n].shape[1:], _ready_scores(model, n))
            for name, n in zip(outputs, model.outputs, strict=True)
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
