"""Versions of a network by what a person writes, MODEL or MODEL@HOW.

    mine.keras, qat.h5        the float network, or the one with fake quantization, in Keras
    build/base@float, @qat    the same, of an export's folder; base@float: the pretrained one
    build/base, base, x.tflite         LiteRT's default kernels (an export, a bundled model, a file)
    x.tflite@reference, @tflm, @c, ... other runtimes, and the generated C: see runners.py
    answers.npz               what a device or an app recorded: see Recording

TensorFlow is imported for what is Keras alone.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from convert import tflite
from convert.compare.in_tflite import InTflite
from convert.compare.layer import Version
from convert.compare.recording import Recording
from convert.compare.runners import RUNNERS
from runtime import classifier, contract
from runtime.errors import ModelError
from runtime.tasks.task import Task

if TYPE_CHECKING:
    from convert.compare.in_keras import InKeras

KERAS = (".keras", ".h5")
FLOAT = ("float.keras", "float.h5", "model_float.tflite")
"""What may be the float network in an export's folder, the best first."""
QAT = ("qat.h5",)


@dataclass(frozen=True)
class Named:
    """A version as it was written."""

    model: str
    how: str  # "": as the file is

    @property
    def path(self) -> Path:
        """Where it lies; raises ModelError for what is nowhere."""
        if self.how == "float" and self.model in classifier.bundled():
            from train import store  # noqa: PLC0415 - it imports TensorFlow

            return store.pretrained(self.model)
        if self.how in ("float", "qat"):
            return _of_export(Path(self.model), self.how)
        given = Path(self.model)
        return given if given.is_dir() and _is_saved_model(given) else _existing(self.model)

    @property
    def contract(self) -> contract.Contract | None:
        """The contract beside it; None: there is none."""
        bundled = self.model in classifier.bundled()
        path = classifier.BUNDLED / self.model if bundled else Path(self.model)
        file = (path if path.is_dir() else path.parent) / contract.NAME
        return contract.read(file) if file.is_file() else None


def named(text: str) -> Named:
    """``text`` in its parts; raises ModelError for what cannot go together."""
    model, _, how = text.partition("@")
    if Path(model).suffix in (*KERAS, ".npz") and how:
        raise ModelError(f"{text}: only a .tflite takes @{how}")
    if how and how not in ("float", "qat", *RUNNERS):
        raise ModelError(f"{text}: choose @{', @'.join(('float', 'qat', *RUNNERS))}")
    return Named(model, how)


def load(text: str, like: Version | None = None, task: Task | None = None) -> Version:
    """The version that ``text`` names; a recording is of ``task``, and compared with ``like``.

    Raises ModelError for what is none, BackendError for a runtime that is missing.
    """
    found = named(text)
    if Path(found.model).suffix == ".npz":
        if like is None:
            raise ModelError(f"{text}: a recording comes second, after what it is compared with")
        return Recording(Path(found.model), like, task)
    path = found.path
    if path.suffix in KERAS or path.is_dir():
        return _keras(path)
    return InTflite(tflite.read(path), RUNNERS[found.how if found.how in RUNNERS else "default"])


def _existing(model: str) -> Path:
    """A Keras file as it is, anything else as a ``.tflite`` of any name."""
    return Path(model) if Path(model).suffix in KERAS else classifier.find(model)


def _is_saved_model(folder: Path) -> bool:
    return (folder / "saved_model.pb").is_file()


def _of_export(model: Path, how: str) -> Path:
    folder = model.parent if model.is_file() else model
    names = FLOAT if how == "float" else QAT
    found = next((folder / name for name in names if (folder / name).is_file()), None)
    if found is None:
        raise ModelError(
            f"{folder}@{how}: none of {', '.join(names)} exists there: give the folder of an "
            "export, or the file itself"
        )
    return found


def _keras(path: Path) -> "InKeras | InTflite":
    from convert import network  # noqa: PLC0415 - they import TensorFlow
    from convert.compare.in_keras import InKeras, has_fake_quantization  # noqa: PLC0415
    from train import qat  # noqa: PLC0415
    from train.tf import configure  # noqa: PLC0415

    configure(0)
    if has_fake_quantization(path):
        return InKeras(qat.load(path), str(path))
    found = network.load(path)
    if found.model is not None:
        return InKeras(found.model, str(path))
    content = found.float32()
    if content is None:
        raise ModelError(f"{path} has no float network")
    return InTflite(tflite.parse(content, str(path)), RUNNERS["default"])
