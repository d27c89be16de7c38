"""One interpreter in a process of its own.

Some interpreters carry native code that clashes with that of others, and one that crashes must not
take an export with it.
"""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.errors import BackendError

MICRO = "tflite-micro"
"""TensorFlow Lite Micro, by PyPI's package of that name."""


def outputs(
    model: Path, images: npt.NDArray[Any], backend: str, kernels: str
) -> npt.NDArray[np.generic]:
    """Run ``images`` through ``model``: its own outputs, [count, classes].

    Pictures, uint8 [count, 28, 28], are first made the model's input; anything else is its input
    already, in its type and shape. Raises BackendError when the interpreter fails in any way.
    """
    done = subprocess.run(
        [sys.executable, "-m", "runtime.worker", str(model), backend, kernels],
        input=_packed(images),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        notes = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        raise BackendError(f"{backend} ({kernels} kernels) failed on {model}: {notes[-1]}")
    result: npt.NDArray[np.generic] = np.load(io.BytesIO(done.stdout), allow_pickle=False)
    return result


def _packed(array: npt.NDArray[Any]) -> bytes:
    """``array`` as ``.npy``; in memory, because NumPy cannot write every pipe."""
    sink = io.BytesIO()
    np.save(sink, array)
    return sink.getvalue()


def main() -> None:
    """Read images from standard input, write outputs to standard output, both as ``.npy``."""
    from runtime import interpreter  # noqa: PLC0415 - only the child needs them
    from runtime.classifier import Classifier  # noqa: PLC0415

    model, backend, kernels = sys.argv[1:]
    images = np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False)
    if backend == MICRO:
        result = _micro(Path(model), images)
    elif _are_pictures(images):
        result = Classifier(Path(model), backend=backend, kernels=kernels).raw(images)
    else:
        result = interpreter.load(Path(model), backend, kernels).run(images)
    sys.stdout.buffer.write(_packed(result))


def _are_pictures(images: npt.NDArray[Any]) -> bool:
    return images.dtype == np.uint8 and images.ndim == 3


def _micro(model: Path, images: npt.NDArray[Any]) -> npt.NDArray[np.generic]:
    """Run TensorFlow Lite Micro itself; a development tool, so not one of the backends."""
    from tflite_micro.python.tflite_micro import runtime as micro  # noqa: PLC0415

    from runtime.image import quantize, to_float  # noqa: PLC0415

    interpreter = micro.Interpreter.from_file(str(model))
    if _are_pictures(images):
        details = interpreter.get_input_details(0)["quantization_parameters"]
        scale, zero_point = float(details["scales"][0]), int(details["zero_points"][0])
        images = quantize(to_float(images), scale, zero_point, np.int8)
    results = []
    for image in images:
        interpreter.set_input(image[None], 0)
        interpreter.invoke()
        results.append(interpreter.get_output(0)[0])
    return np.stack(results)


if __name__ == "__main__":
    main()
