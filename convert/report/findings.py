"""What an export measures for its report, beside the parity."""

from dataclasses import asdict, dataclass
from typing import Any

from convert import boards, layers
from convert.compiler.build import Compiled
from convert.parity import NAMED, Parity, _softmax
from convert.report import costs, judged, network, observed
from convert.report.judged import Pair
from convert.tflite import Model
from runtime.dataset import Digits
from runtime.errors import ModelError
from train import loop
from train.tf import keras

Json = dict[str, Any]


@dataclass(frozen=True)
class Exported:
    """The network in its forms."""

    model: keras.Model  # float
    graph: Model  # int8
    compiled: Compiled  # the C made from that


def measure(exported: Exported, test: Digits, parity: Parity, answers: Pair) -> Json:
    """The report's sections on accuracy, layers, pictures and costs.

    ``answers`` are the probabilities of both networks on ``test``, [count, classes].
    """
    model, graph = exported.model, exported.graph
    absent: Json = {}
    try:
        captured = layers.capture(model, graph, test.images[: observed.IMAGES])
    except ModelError as error:  # a network that cannot be matched is not less of a network
        captured, absent = (), {"layers": str(error)}
    names = {layer.index: layer.name for layer in captured}
    part = judged.classes(test.labels, answers, test.names)
    rows = observed.layers(captured)
    return {
        "task": {"kind": "digits", "shape": [28, 28, 1], "noun": "image"},
        "parity": told(parity),
        "judged": [{**part, "errors": observed.attach(part["errors"], test)}],
        "ptq": None,
        "layers": {"images": len(captured[0].real), "rows": rows} if captured else None,
        "pictures": observed.pictures(captured, test) if captured else None,
        "network": network.describe(graph, names),
        "costs": costs.costs(graph, exported.compiled, names, boards.read()),
        "absent": absent,
    }


def answers(exported: Exported, test: Digits) -> Pair:
    """The probabilities of both networks on ``test``."""
    graph = exported.graph
    stored = layers.run(graph.content, test.images, *NAMED)
    logits = layers.dequantize(stored, graph.tensors[graph.outputs[0]])
    return Pair(_softmax(loop.logits(exported.model, test)), _softmax(logits))


def told(parity: Parity) -> Json:
    """What the report says of the parity; what single examples are read as stands elsewhere."""
    found = {**asdict(parity), "drop_points": round(parity.drop, 6)}
    return {name: value for name, value in found.items() if name not in ("misread", "confusion")}
