"""Any small network of a user: a float function to prove against, and a way to int8.

    load(path)
    ├── Layers     .keras, .h5, SavedModel of Keras: layers that are known, fine-tuned or quantized
    ├── Flat       float .tflite, SavedModel of anything else: operators, quantized as they are
    └── Ready      .tflite that computes in integers: stays as it is

What is compared is of one kind on both sides: a final softmax is taken off, so that the float
reference and the int8 network give logits; a final sigmoid stays in both. What an input begins with
to scale its values is taken off and told.
"""

from pathlib import Path

from convert import saved_model, surgery, tflite
from convert.network.base import Network, Output, Support
from convert.network.layers import Layers
from convert.network.operators import Flat, Ready
from train import files

WAYS = {
    "qat": "quantization-aware fine-tuning",
    "ptq": "post-training quantization",
    "ready": "none is needed",
}
"""How a network becomes int8, for people."""

__all__ = ["WAYS", "Flat", "Layers", "Network", "Output", "Ready", "Support", "load", "own"]


def own(path: Path) -> dict[str, bytes]:
    """The file of a Keras network, as an export keeps it; a .tflite is among the results anyway."""
    if path.is_dir() or path.suffix not in (".keras", ".h5"):
        return {}
    return {f"float{path.suffix}": path.read_bytes()}


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
