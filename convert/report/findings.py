"""What an export measures for its report, beside the parity."""

from dataclasses import asdict
from typing import Any

from convert import layers
from convert.compiler.emit.unit import Unit
from convert.parity import Parity
from convert.report import costs, observed
from convert.tflite import Model
from runtime.dataset import Examples
from train.tf import keras


def measure(
    model: keras.Model, graph: Model, unit: Unit, test: Examples, parity: Parity
) -> dict[str, Any]:
    """The report's sections on accuracy, layers, pictures and costs.

    ``model`` is the float network, ``graph`` the int8 one, ``unit`` the C made from that.
    """
    captured = layers.capture(model, graph, test.inputs[: observed.IMAGES])
    names = {layer.index: layer.name for layer in captured}
    read = {"misread": observed.misread(parity.misread, test)}
    return {
        "parity": {**asdict(parity), "drop_points": round(parity.drop, 6), **read},
        "layers": {
            "images": len(captured[0].real),
            "rows": observed.layers(captured),
        },
        "pictures": observed.pictures(captured, test),
        "costs": costs.costs(graph, unit, names),
    }
