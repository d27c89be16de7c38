"""One interpreter in a process of its own.

The interpreters carry clashing native code, so at most one can be loaded in a process; and one that
crashes must not take an export with it.
"""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.errors import BackendError


def outputs(
    model: Path, images: npt.NDArray[np.uint8], backend: str, kernels: str
) -> npt.NDArray[np.generic]:
    """Run ``images`` [count, 28, 28] through ``model``: its own outputs, [count, classes].

    Raises BackendError when the interpreter fails in any way.
    """
    sink = io.BytesIO()
    np.save(sink, images)
    done = subprocess.run(
        [sys.executable, "-m", "runtime.worker", str(model), backend, kernels],
        input=sink.getvalue(),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        notes = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        raise BackendError(f"{backend} ({kernels} kernels) failed on {model}: {notes[-1]}")
    result: npt.NDArray[np.generic] = np.load(io.BytesIO(done.stdout), allow_pickle=False)
    return result


def main() -> None:
    """Read images from standard input, write outputs to standard output, both as ``.npy``."""
    from runtime.classifier import Classifier  # noqa: PLC0415 - only the child needs it

    model, backend, kernels = sys.argv[1:]
    images = np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False)
    result = Classifier(Path(model), backend=backend, kernels=kernels).raw(images)
    np.save(sys.stdout.buffer, result)


if __name__ == "__main__":
    main()
