"""Files of networks: what a path holds, and the Keras model in it.

A file of Keras 2 is read by Keras 2 and one of Keras 3 by Keras 3, both in one process. Its layers
are looked at first, in the configuration that the file carries, so that what cannot be read is
named before any library stumbles over it.
"""

import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import h5py

from runtime.errors import ModelError
from runtime.reading import npy
from train.activations import CURES, WAY_OUT, without_int8
from train.spelling import FUNCTIONS, SPELLINGS, TRAINING_ONLY
from train.tf import keras, silence

Kind = Literal["keras", "h5", "saved_model", "tflite"]
_HDF5 = b"\x89HDF\r\n\x1a\n"
_MODELS = ("Sequential", "Functional", "Model")
_KNOWN = {*SPELLINGS, *TRAINING_ONLY, *FUNCTIONS, *_MODELS, "InputLayer", "TFOpLambda"}
_LITERT_TORCH = (
    "convert it first: pip install litert-torch, then litert_torch.convert(model.eval(), "
    "(example,)).export('model.tflite'), and give that model.tflite"
)
BRING = {
    ".onnx": "convert it first: pip install onnx2tf, then onnx2tf -i {name}, and give the "
    "*_float32.tflite that it writes",
    **dict.fromkeys((".pt", ".pth", ".torchscript", ".safetensors"), _LITERT_TORCH),
    ".pb": "a frozen graph of TensorFlow 1: give the folder of a SavedModel, or convert it with "
    "tf.compat.v1.lite.TFLiteConverter.from_frozen_graph and give the .tflite",
    **dict.fromkeys(
        (".mlmodel", ".mlpackage"),
        "Core ML does not lead back: give the network that it was made from, as .keras, SavedModel "
        "or float .tflite",
    ),
    ".weights": "weights alone are no network: save the whole model with model.save('mine.keras')",
}
"""How a file of another framework is brought here, by its suffix."""


def kind(path: Path) -> Kind:
    """What ``path`` is, by its content; raises ModelError with what to do for anything else."""
    if not path.exists():
        raise ModelError(f"{path} does not exist: give a .keras, .h5, SavedModel folder or .tflite")
    if hint := BRING.get(path.suffix.lower()):
        raise ModelError(f"{path} is not read directly: {hint.format(name=path.name)}")
    if path.is_dir():
        if (path / "saved_model.pb").is_file():
            return "saved_model"
        raise ModelError(f"{path} is a folder without a saved_model.pb: give a model")
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}") from error
    if start[4:] == b"TFL3":
        return "tflite"
    if start == _HDF5:
        return "h5"
    if zipfile.is_zipfile(path):
        return "keras"
    raise ModelError(f"{path} is none of .keras, .h5, SavedModel folder or .tflite: save it as one")


def read(path: Path) -> Any:
    """The Keras model in ``path``, of Keras 2 or Keras 3; raises ModelError in one line."""
    found = kind(path)
    if found == "saved_model":
        return _loaded(path, 2)
    if found == "tflite":
        raise ModelError(f"{path} is a .tflite, and a Keras model is needed here")
    config, version = _config(path) if found == "keras" else _config_of_h5(path)
    check(config, str(path))
    return _loaded(path, version)


def check(config: Mapping[str, Any], name: str) -> None:
    """Raise ModelError for the first layer of a model's configuration that is not known."""
    if config.get("class_name") not in _MODELS:
        raise ModelError(
            f"{name} holds a {config.get('class_name')}, which is Python code and no graph of "
            f"layers: {WAY_OUT}"
        )
    for layer in _layers(config):
        label = f"{name}: layer {_name(layer)!r} is a {layer['class_name']}"
        if layer["class_name"] in ("Lambda", "SlicingOpLambda"):
            raise ModelError(f"{label}, Python code that a file cannot carry: {WAY_OUT}")
        if ">" in (layer.get("registered_name") or ""):
            raise ModelError(f"{label}, a class of your own: {WAY_OUT}")
        if layer["class_name"] not in _KNOWN:
            if layer["class_name"] in CURES:
                raise without_int8(label, layer["class_name"])
            raise ModelError(f"{label}, which is not known here: {WAY_OUT}")


def _layers(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    inner = config.get("config")
    layers = inner if isinstance(inner, list) else (inner or {}).get("layers", [])
    for layer in layers:  # before Keras 2.3 a Sequential was a list
        if layer["class_name"] in _MODELS:
            yield from _layers(layer)
        else:
            yield layer


def _name(layer: Mapping[str, Any]) -> str:
    return str(layer.get("name") or layer.get("config", {}).get("name", "?"))


def _config(path: Path) -> tuple[dict[str, Any], int]:
    """What a ``.keras`` file says about itself, and the version of Keras that wrote it."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            if size > max(npy.MUCH, npy.DENSE * path.stat().st_size):
                raise ModelError(f"{path} unpacks to {size / 1e9:,.1f} GB: that is no network")
            config = json.loads(archive.read("config.json"))
            metadata = json.loads(archive.read("metadata.json"))
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path} is not a .keras file that is whole: save it again") from error
    return config, _version(metadata.get("keras_version"))


def _config_of_h5(path: Path) -> tuple[dict[str, Any], int]:
    try:
        with h5py.File(path) as file:
            text, version = file.attrs.get("model_config"), file.attrs.get("keras_version")
        if text is None:
            raise ModelError(
                f"{path} has weights alone: save the whole model with model.save('mine.keras')"
            )
        return json.loads(text), _version(version)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{path} is not an .h5 file that is whole: save it again") from error


def _version(text: Any) -> int:
    text = text.decode() if isinstance(text, bytes) else str(text or "2")
    return 3 if text.startswith("3") else 2


def _loaded(path: Path, version: int) -> Any:
    try:
        with silence(tell=False):
            if version == 3:
                return _keras3().saving.load_model(path, compile=False)
            return keras.models.load_model(path, compile=False)
    except Exception as error:  # Keras raises whatever it stumbles over
        lines = str(error).split("\n")
        reason = " ".join(lines[0].split())[:200] or type(error).__name__
        raise ModelError(
            f"{path} cannot be read by Keras {version}: {reason}; save it again, or as a SavedModel"
        ) from error


def _keras3() -> Any:
    """Keras 3 on TensorFlow, which stands beside Keras 2 in one process."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras as keras3  # noqa: PLC0415 - only its own files need it

    return keras3


def has_layers(folder: Path) -> bool:
    """Whether a SavedModel was saved by Keras 2, with layers that are all known."""
    if not (folder / "keras_metadata.pb").is_file():
        return False
    try:
        model = _loaded(folder, 2)
        check({"class_name": type(model).__name__, "config": model.get_config()}, str(folder))
    except (ModelError, NotImplementedError):
        return False
    return True
