"""One interface to the interpreters that run a .tflite: LiteRT, tflite-runtime and TensorFlow's.

LiteRT and TensorFlow can live in one process. tflite-runtime cannot be imported beside either: the
native libraries share symbols, and what follows fails in odd ways. The first ``load`` decides.
"""

import contextlib
import importlib
import importlib.util
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime import activity, flatbuffer, quiet
from runtime.errors import BackendError, ModelError, ThimbleError

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Backend:
    """An interpreter: how it is named here, installed and imported."""

    name: str
    package: str  # the importable package
    module: str  # the module in it that has Interpreter and OpResolverType
    distributions: tuple[str, ...]  # what pip installs; the first is the usual one


BACKENDS = {
    backend.name: backend
    for backend in (
        Backend("litert", "ai_edge_litert", "ai_edge_litert.interpreter", ("ai-edge-litert",)),
        Backend(
            "tflite-runtime", "tflite_runtime", "tflite_runtime.interpreter", ("tflite-runtime",)
        ),
        Backend(
            "tensorflow",
            "tensorflow",
            "tensorflow.lite.python.interpreter",
            ("tensorflow", "tensorflow-cpu"),
        ),
    )
}
"""In order of preference."""

KERNELS = {
    "default": "AUTO",
    "reference": "BUILTIN_REF",
    "no-delegate": "BUILTIN_WITHOUT_DEFAULT_DELEGATES",
}
"""How users name the sets of kernels, and the member of OpResolverType that each is."""


@dataclass(frozen=True)
class Tensor:
    """An input or output of a model."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scale: float  # real = scale * (value - zero_point); 0.0: not quantized
    zero_point: int


_LONER = "tflite-runtime"  # cannot share a process with another interpreter


def installed() -> tuple[str, ...]:
    """The names of the installed backends, best first; imports none of them."""
    return tuple(name for name, backend in BACKENDS.items() if _is_installed(backend))


def _is_installed(backend: Backend) -> bool:
    return importlib.util.find_spec(backend.package) is not None


def choose(name: str | None = None) -> Backend:
    """The backend of that name; None: the best installed that this process can take.

    Raises BackendError: no such backend, not installed, or one that clashes is imported already.
    """
    if name is not None and name not in BACKENDS:
        raise BackendError(f"no backend is called {name!r}: choose {', '.join(BACKENDS)} or c")
    present = [backend for backend in BACKENDS.values() if backend.module in sys.modules]
    if name is None:
        usable = [BACKENDS[known] for known in installed()]
        fitting = [backend for backend in usable if not _clashing(backend, present)]
        if not fitting:
            raise BackendError("no interpreter is installed: pip install ai-edge-litert")
        return fitting[0]
    backend = BACKENDS[name]
    if not _is_installed(backend):
        raise BackendError(f"{name} is not installed: pip install {backend.distributions[0]}")
    if clash := _clashing(backend, present):
        raise BackendError(
            f"{name} cannot be used after {clash[0].name} in one process, their native "
            "libraries clash: use a new process"
        )
    return backend


def _clashing(backend: Backend, present: Sequence[Backend]) -> list[Backend]:
    """Those of ``present`` beside which ``backend`` cannot be imported."""
    others = [other for other in present if other != backend]
    return [other for other in others if _LONER in (backend.name, other.name)]


def version(backend: Backend) -> str:
    """The installed version of ``backend``, as pip knows it; "unknown" when pip does not."""
    for distribution in backend.distributions:
        with contextlib.suppress(metadata.PackageNotFoundError):
            return metadata.version(distribution)
    return "unknown"


class Interpreter:
    """A loaded model, ready to run; made by ``load``."""

    def __init__(
        self,
        native: Any,
        backend: Backend,
        kernels: str,
        again: Callable[[], Any] | None = None,
        name: str = "the model",
    ) -> None:
        self._native = native
        self._name = name
        self._again = again  # loads it once more; None: it keeps nothing from run to run
        self.backend = backend.name
        self.version = version(backend)
        self.kernels = kernels
        given, answers = native.get_input_details(), native.get_output_details()
        self._places = [details["index"] for details in given]
        self._results = [details["index"] for details in answers]
        self.inputs = [_tensor(details) for details in given]
        self.outputs = [_tensor(details) for details in answers]

    @property
    def input(self) -> Tensor:
        """The only, or first, input."""
        return self.inputs[0]

    @property
    def output(self) -> Tensor:
        """The only, or first, output."""
        return self.outputs[0]

    def run(self, batch: Array) -> Array:
        """The outputs [n, *output.shape[1:]] for ``batch`` [n, *input.shape[1:]], one by one.

        ``batch`` is of the input's dtype. Raises ModelError when shape or dtype do not fit, and of
        a model with more than one input or output.
        """
        if len(self.inputs) != 1 or len(self.outputs) != 1:
            counts = f"{len(self.inputs)} inputs and {len(self.outputs)} outputs"
            raise ModelError(f"the model has {counts}: one of each is needed")
        (outputs,) = self.run_all([batch[:, None]])
        return outputs[:, 0]

    def run_all(self, inputs: Sequence[Array], *, fresh: bool = False) -> list[Array]:
        """For each output its values [n, *shape], for each input's [n, *shape], one by one.

        What the model keeps goes on from one to the next; with ``fresh`` each begins anew. Raises
        ModelError as ``run`` does, and when the interpreter fails at them.
        """
        for tensor, array in zip(self.inputs, inputs, strict=True):
            if array.shape[1:] != tensor.shape or array.dtype != tensor.dtype:
                raise ModelError(
                    f"the model takes {tensor.dtype} {['n', *tensor.shape[1:]]} and was given "
                    f"{array.dtype} {[len(array), *array.shape[2:]]}"
                )
        count = len(inputs[0])
        answers = [np.empty((count, *tensor.shape), tensor.dtype) for tensor in self.outputs]
        with _at_work(self.backend, "cannot run", self._name):
            for row in range(count):
                if fresh and self._again:
                    self._native = self._again()
                for place, array in zip(self._places, inputs, strict=True):
                    self._native.set_tensor(place, array[row])
                self._native.invoke()
                for answer, result in zip(answers, self._results, strict=True):
                    answer[row] = self._native.get_tensor(result)
        return answers


def load(
    model: Path | bytes, backend: str | None = None, kernels: str = "default", threads: int = 1
) -> Interpreter:
    """Load a .tflite, from its path or bytes, into an interpreter.

    A batch that can be resized becomes 1. Raises ModelError for a file that is not a sound model,
    BackendError for an interpreter that cannot be had.
    """
    name = "the model" if isinstance(model, bytes) else str(model)
    native, chosen = _native(model, backend, kernels, threads)
    content = model if isinstance(model, bytes) else _read(model)

    def again() -> Any:
        return _native(content, backend, kernels, threads)[0]

    keeps = flatbuffer.keeps_state(content)
    with _at_work(chosen.name, "refuses", name):  # what it says of its tensors may be odd
        return Interpreter(native, chosen, kernels, again if keeps else None, name)


def run_all(
    model: Path | bytes,
    inputs: Sequence[Array],
    backend: str | None,
    kernels: str,
    *,
    fresh: bool = False,
) -> list[Array]:
    """For each output of a model its values [n, *shape], for each input's [n, *shape].

    They run one by one in a new interpreter, which keeps what the model keeps; with ``fresh`` none
    sees what an earlier one left. Raises as ``load`` does, and ModelError when the interpreter
    fails at them.
    """
    if fresh and flatbuffer.keeps_state(model if isinstance(model, bytes) else _read(model)):
        rows_of = [[array[row : row + 1] for array in inputs] for row in range(len(inputs[0]))]
        each = [run_all(model, one, backend, kernels) for one in rows_of]
        return [np.concatenate(column) for column in zip(*each, strict=True)]
    native, chosen = _native(model, backend, kernels, 1)
    rows: list[list[Array]] = []
    name = "this model" if isinstance(model, bytes) else str(model)
    with _at_work(chosen.name, "cannot run", name):
        places = [details["index"] for details in native.get_input_details()]
        results = [details["index"] for details in native.get_output_details()]
        for row in zip(*inputs, strict=True):
            for place, one in zip(places, row, strict=True):
                native.set_tensor(place, one)
            native.invoke()
            rows.append([native.get_tensor(result) for result in results])
    return [np.stack(column) for column in zip(*rows, strict=True)]


def _native(
    model: Path | bytes, backend: str | None, kernels: str, threads: int
) -> tuple[Any, Backend]:
    """The backend's own interpreter with its tensors allocated."""
    if kernels not in KERNELS:
        raise BackendError(f"no kernels are called {kernels!r}: choose one of {', '.join(KERNELS)}")
    name = "the model" if isinstance(model, bytes) else str(model)
    content = model if isinstance(model, bytes) else _read(model)
    flatbuffer.check(content, name)
    chosen = choose(backend)
    module = imported(chosen)
    told: list[str] = []
    working = _at_work(chosen.name, "refuses", name, told)
    with working, quiet.stderr(told), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow announces the end of tf.lite
        native = module.Interpreter(
            model_content=content,
            num_threads=threads,
            experimental_op_resolver_type=getattr(module.OpResolverType, KERNELS[kernels]),
        )
        native.allocate_tensors()
    return native, chosen


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise ModelError(f"{path}: {reason}; give the path of a .tflite") from error


def imported(backend: Backend) -> Any:
    """The module of ``backend``, imported; raises BackendError when that fails."""
    if backend.name == "tensorflow":
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with quiet.stderr():
            return importlib.import_module(backend.module)
    except (ImportError, AttributeError, SystemError) as error:  # the last two: built for NumPy 1
        raise BackendError(
            f"{backend.name} is installed but cannot be imported ({_line(error)}): "
            f"pip install --force-reinstall {backend.distributions[0]}"
        ) from error


@contextlib.contextmanager
def _at_work(backend: str, verb: str, name: str, told: Sequence[str] = ()) -> Iterator[None]:
    """Native code at work on the model ``name``: whatever it raises becomes a ModelError.

    Of odd files it raises what it likes: RuntimeError, SystemError, UnicodeDecodeError, KeyError.
    ``told`` is what it wrote, in case the exception has no text.
    """
    try:
        with activity.of(f"{backend}, on {name},"):
            yield
    except ThimbleError:
        raise
    except Exception as error:
        reason = _line(error) or _line(told[0] if told else type(error).__name__)
        raise ModelError(f"{backend} {verb} {name}: {reason}; export it again") from error


def _line(text: object) -> str:
    """The first 160 characters of ``text`` as one line."""
    return " ".join(str(text).split())[:160]


def _tensor(details: dict[str, Any]) -> Tensor:
    scale, zero_point = details["quantization"]
    shape = tuple(int(side) for side in details["shape"])
    return Tensor(details["name"], shape, np.dtype(details["dtype"]), float(scale), int(zero_point))
