"""TensorFlow as this project uses it: legacy Keras, quiet, and repeatable.

Import ``tf`` and ``keras`` from here and nowhere else: tensorflow-model-optimization accepts only
Keras 2 models, and Keras 2 is chosen by an environment variable that TensorFlow reads when it is
imported.
"""

import contextlib
import io
import os
import sys
from collections.abc import Iterator

from runtime import quiet

if "tensorflow" in sys.modules and os.environ.get("TF_USE_LEGACY_KERAS") != "1":
    raise RuntimeError("set TF_USE_LEGACY_KERAS=1 or import train.tf before tensorflow")
os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # the nets are too small to gain from a GPU


@contextlib.contextmanager
def silence(tell: bool = True) -> Iterator[None]:
    """Keep native code's notes off standard error; with ``tell`` they are shown if that fails."""
    told: list[str] = []
    try:
        with quiet.stderr(told), contextlib.redirect_stdout(io.StringIO()):
            yield
    except BaseException:
        sys.stderr.write("".join(told) if tell else "")
        raise


with silence():
    import tensorflow as tf
    from tensorflow.lite.python.optimize.calibrator import Calibrator

keras = tf.keras

DEFAULT_THREADS = 2
"""Threads of a float operation. Part of the recipe: another count rounds sums differently."""

__all__ = ["DEFAULT_THREADS", "Calibrator", "configure", "keras", "silence", "tf"]


def configure(seed: int, threads: int = DEFAULT_THREADS) -> None:
    """Make what follows repeatable: same seed, threads, machine and versions give the same bytes.

    TensorFlow cannot change the thread count once it has computed anything; what was said last
    before that holds.
    """
    _set_threads(threads)
    tf.config.experimental.enable_op_determinism()
    keras.backend.clear_session()  # layer names, and so tensor names, start from zero
    keras.utils.set_random_seed(seed)


def _set_threads(count: int) -> None:
    with contextlib.suppress(RuntimeError):  # it has computed something
        tf.config.threading.set_intra_op_parallelism_threads(count)
        tf.config.threading.set_inter_op_parallelism_threads(1)


_set_threads(DEFAULT_THREADS)
