"""A .tflite digit classifier with its labels: pictures in, named probabilities out."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from runtime import image, ink, interpreter
from runtime.compiled import COMPILED, CompiledModel
from runtime.errors import ImageError, ModelError

BUNDLED = Path(__file__).parent / "models"
"""Where the models lie that come with this package, each in a folder of its name."""

SHAPE = (1, ink.SIDE, ink.SIDE, 1)
"""What a model takes: [batch, height, width, channels]."""

KINDS = ("int8", "uint8", "float32")
"""The types that a model's input and output may have."""

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Prediction:
    """What a model says of one picture."""

    label: str
    index: int  # of the label
    probability: float  # of the label, 0..1
    probabilities: Scores  # [classes], sums to 1
    scores: Scores  # [classes], logits
    milliseconds: float  # of the inference alone

    def top(self, count: int) -> list[int]:
        """The indices of the ``count`` most probable classes, the best first."""
        return [int(index) for index in np.argsort(-self.scores, kind="stable")[:count]]


class Classifier:
    """A model, by its path or as the name of a bundled one, in an interpreter.

    Raises ModelError for a model that is damaged or of another kind, BackendError for an
    interpreter that is missing; ``backend`` and ``kernels`` are as in ``interpreter.load``,
    and the backend "c" runs the C that ``convert.compiler`` wrote beside the model.
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
        for tensor, what in (
            (self.interpreter.input, "input"),
            (self.interpreter.output, "output"),
        ):
            _check(tensor, what, self.path)
        self.labels = read_labels(self.path, self.interpreter.output.shape[1])

    def raw(self, pixels: image.Pixels) -> npt.NDArray[Any]:
        """The outputs [n, classes] for ``pixels`` uint8 [n, 28, 28], in the model's own type."""
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[1:] != SHAPE[1:3]:
            raise ImageError(
                f"pixels are uint8 [n, 28, 28], not {pixels.dtype} {list(pixels.shape)}: "
                "use runtime.image.normalize"
            )
        tensor = self.interpreter.input
        values: npt.NDArray[Any] = image.to_float(pixels)
        if tensor.dtype != np.float32:
            values = image.quantize(values, tensor.scale, tensor.zero_point, tensor.dtype)
        return self.interpreter.run(values)

    def scores(self, pixels: image.Pixels) -> Scores:
        """The logits, float32 [n, classes], for ``pixels`` uint8 [n, 28, 28]."""
        return self._real(self.raw(pixels))

    def _real(self, values: npt.NDArray[Any]) -> Scores:
        tensor = self.interpreter.output
        if tensor.dtype == np.float32:
            return np.asarray(values, np.float32)
        steps = values.astype(np.int32) - tensor.zero_point
        return steps.astype(np.float32) * np.float32(tensor.scale)

    def predict(self, picture: str | Path | Image.Image | image.Pixels) -> Prediction:
        """What the model says of a picture: a path, an image, or normalized uint8 [28, 28].

        Raises ImageError when it cannot be read or has nothing to read in it.
        """
        pixels = prepare(picture)
        start = time.perf_counter()
        scores = self.scores(pixels[None])[0]
        milliseconds = (time.perf_counter() - start) * 1000
        probabilities = softmax(scores)
        index = int(scores.argmax())
        return Prediction(
            self.labels[index],
            index,
            float(probabilities[index]),
            probabilities,
            scores,
            milliseconds,
        )


def load(
    path: Path, backend: str | None, kernels: str, threads: int
) -> interpreter.Interpreter | CompiledModel:
    """What runs ``path``: the compiled model for a ``.c`` or backend "c", else an interpreter."""
    if backend == COMPILED or path.suffix == ".c":
        return CompiledModel(path.with_suffix(".c"))
    return interpreter.load(path, backend, kernels, threads)


def prepare(picture: str | Path | Image.Image | image.Pixels) -> image.Pixels:
    """``picture`` as uint8 [28, 28]: arrays as they are, all else through ``image.normalize``."""
    if isinstance(picture, np.ndarray):
        return picture
    if isinstance(picture, Image.Image):
        return image.normalize(picture)
    try:
        return image.normalize(image.read(picture))
    except ImageError as error:
        where = str(picture)
        raise error if where in str(error) else ImageError(f"{where}: {error}") from error


def softmax(scores: Scores) -> Scores:
    """Probabilities [..., classes] from logits; the largest is subtracted so that none overflows.

    Summed in float64, so that they add up to 1 as well as float32 can say.
    """
    powers = np.exp(scores.astype(np.float64) - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


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
    if path.is_dir() and (path / "model.tflite").is_file():
        path = path / "model.tflite"
    if not path.is_file():
        names = ", ".join(bundled()) or "none"
        raise ModelError(f"there is no model {path}: give a .tflite, or a bundled one ({names})")
    return path


def _check(tensor: interpreter.Tensor, what: str, path: Path) -> None:
    """Raise ModelError unless ``tensor`` is what a digit classifier has as its ``what``."""
    fits = tensor.shape == SHAPE if what == "input" else len(tensor.shape) == 2
    needed = list(SHAPE) if what == "input" else "[1, classes]"
    if not fits:
        raise ModelError(f"{path} has the {what} {list(tensor.shape)}: {needed} is needed")
    if tensor.dtype.name not in KINDS:
        kinds = " or ".join(KINDS)
        raise ModelError(f"{path} has an {what} of {tensor.dtype.name}: {kinds} is needed")
    if tensor.dtype != np.float32 and not (np.isfinite(tensor.scale) and tensor.scale > 0):
        raise ModelError(f"{path} has the {what} scale {tensor.scale}: more than 0 is needed")


def read_labels(path: Path, classes: int) -> tuple[str, ...]:
    """The lines of labels.txt beside the model, else the numbers from 0; one per class."""
    file = path.parent / "labels.txt"
    if not file.is_file():
        return tuple(str(index) for index in range(classes))
    try:
        labels = tuple(file.read_text(encoding="utf-8-sig").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{file} cannot be read as UTF-8: save it as that") from error
    if len(labels) != classes:
        raise ModelError(f"{file} has {len(labels)} labels, the model {classes} classes")
    return labels
