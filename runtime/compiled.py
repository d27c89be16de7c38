"""Compiled models: the C that ``convert.compiler`` wrote, built for this machine and run in Python.

Needs a C compiler: the one that CC names, or ``cc``. Device and Python then share one
implementation.
"""

import ctypes
import os
import re
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.errors import BackendError, ModelError
from runtime.interpreter import Tensor

COMPILED = "c"
"""The backend's name."""

FLAGS = ("-std=c99", "-O3", "-shared", "-fPIC")


class CompiledModel:
    """A generated ``NAME.c`` with its ``NAME.h`` beside it; the same uses as ``Interpreter``.

    Raises ModelError for what is not a generated model or fails its self-test, BackendError when
    it cannot be compiled here.
    """

    backend, kernels = COMPILED, "default"

    def __init__(self, source: Path) -> None:
        self._name = source.stem
        header = _read(source.with_suffix(".h"))
        self.input = _tensor(header, f"{self._name.upper()}_INPUT")
        self.output = _tensor(header, f"{self._name.upper()}_OUTPUT")
        self.arena = _macro(header, f"{self._name.upper()}_ARENA_SIZE")
        self.version = (re.findall(r"thimble [0-9.]+", header) or ["unknown"])[0]
        with tempfile.TemporaryDirectory() as folder:
            library = ctypes.CDLL(str(_build(source, Path(folder) / "model.so")))
        self._run = self._function(library, "run")
        self._place = self._function(library, "input")
        # int32 alignment: ctypes gives its buffers that of the C library's allocator
        self._arena = (ctypes.c_int32 * (-(-int(self.arena) // 4)))()
        if getattr(library, f"{self._name}_self_test")(self._arena) != 0:
            raise ModelError(f"{source} fails its self-test: generate it again")

    def _function(self, library: ctypes.CDLL, what: str) -> Any:
        function = getattr(library, f"{self._name}_{what}")
        function.restype = ctypes.c_void_p
        return function

    def run(self, batch: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The outputs [n, *output.shape[1:]] for ``batch`` int8 [n, *input.shape[1:]]."""
        if batch.shape[1:] != self.input.shape[1:] or batch.dtype != np.int8:
            raise ModelError(f"the model takes int8 {['n', *self.input.shape[1:]]}")
        outputs = np.empty((len(batch), *self.output.shape[1:]), np.int8)
        for row, example in enumerate(np.ascontiguousarray(batch)):
            ctypes.memmove(self._place(self._arena), example.ctypes.data, example.nbytes)
            answer = self._run(self._arena)
            ctypes.memmove(outputs[row].ctypes.data, answer, outputs[row].nbytes)
        return outputs


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(
            f"{path} cannot be read: make it with python -m convert.compiler MODEL.tflite"
        ) from error


def _macro(header: str, name: str) -> float:
    found = re.search(rf"^#define {name} \(?(-?[0-9.e+-]+?)f?\)?(?: /\*.*)?$", header, re.MULTILINE)
    if not found:
        raise ModelError(f"the header of the compiled model lacks {name}: generate it again")
    return float(found[1])


def _tensor(header: str, prefix: str) -> Tensor:
    shape = re.search(rf"^/\* {prefix}: int8 \[([0-9, ]+)\]", header, re.MULTILINE)
    if not shape:
        raise ModelError(f"the header of the compiled model lacks {prefix}: generate it again")
    sides = tuple(int(side) for side in shape[1].split(","))
    scale, zero_point = _macro(header, f"{prefix}_SCALE"), _macro(header, f"{prefix}_ZERO_POINT")
    return Tensor(prefix.lower(), (1, *sides), np.dtype(np.int8), scale, int(zero_point))


def _build(source: Path, target: Path) -> Path:
    compiler = shlex.split(os.environ.get("CC", "cc"))
    try:
        done = subprocess.run(
            [*compiler, *FLAGS, str(source), "-o", str(target)],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise BackendError(
            f"no C compiler: {compiler[0]} cannot be run; install one or set CC"
        ) from error
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line] or ["no message"]
        raise BackendError(f"{compiler[0]} cannot compile {source}: {lines[0]}")
    return target
