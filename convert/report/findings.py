"""What an export measures for its report, beside the parity."""

from dataclasses import asdict
from typing import Any

from convert import layers
from convert.compiler.build import Compiled
from convert.network import Network
from convert.quantizing import Made
from convert.report import costs, observed
from runtime.dataset import Examples


def measure(network: Network, made: Made, compiled: Compiled, test: Examples) -> dict[str, Any]:
    """The report's sections on accuracy, layers, pictures and costs."""
    parity, graph = made.parity, made.graph
    captured = layers.capture(network.model, graph, test.inputs[: observed.IMAGES])
    names = {layer.index: layer.name for layer in captured}
    return {
        "parity": {**asdict(parity), "drop_points": round(parity.drop, 6)},
        "layers": {
            "images": len(captured[0].real),
            "rows": observed.layers(captured),
        },
        "pictures": observed.pictures(captured, test),
        "costs": costs.costs(graph, compiled.unit, names),
    }
