"""Compiled models: the C that ``convert.compiler`` wrote, built for this machine and run in Python.

Needs a C compiler: the one that CC names, or ``cc``. Device and Python then share one
implementation. A call of a small network takes a few microseconds, so that what stands around the
C counts: its inputs and outputs are arrays over its memory, made once.
"""

import ctypes
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from runtime import machine
from runtime.errors import BackendError, ModelError
from runtime.interpreter import Array, Tensor

COMPILED = "c"
"""The backend's name."""

FLAGS = ("-std=c99", "-O3", "-ffp-contract=off", "-shared", "-fPIC")
"""Options of the compiler; a multiplication that is fused with an addition rounds otherwise."""


class CompiledModel:
    """A generated ``NAME.c`` with its ``NAME.h`` beside it; the same uses as ``Interpreter``.

    Raises ModelError for what is not a generated model or fails its self-test, BackendError when
    it cannot be compiled here.
    """

    backend = COMPILED

    def __init__(self, source: Path, kernels: str = "default") -> None:
        self._name, self.kernels = source.stem, kernels
        text = _read(source.with_suffix(".h"))
        self.version = (re.findall(r"thimble [0-9.]+", text) or ["unknown"])[0]
        self.target = (re.findall(r"--target ([\w-]+)", text) or [machine.GENERIC])[0]
        header = _Header(self._name, re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL))
        inputs, outputs = header.borders("INPUT"), header.borders("OUTPUT")
        self.inputs, self.outputs = list(inputs.values()), list(outputs.values())
        self.arena, size = header.integer("ARENA_SIZE"), header.integer("STATE_SIZE")
        machine.require(self.target)
        with tempfile.TemporaryDirectory() as folder:
            built = _build(source, Path(folder) / "model.so", machine.flags(self.target))
            self._library = ctypes.CDLL(str(built))
        self._memory = [_memory(self.arena), *([_memory(size)] if size else [])]
        self._places = [ctypes.addressof(one) for one in self._memory]
        if self._function("self_test")(*self._places) != 0:
            raise ModelError(f"{source} fails its self-test: generate it again")
        if size:
            self._restart = getattr(self._library, f"{self._name}_reset")
            self._restart.argtypes, self._restart.restype = [ctypes.c_void_p], None
        self._run = self._function("run")
        self._run.restype = ctypes.c_void_p
        first = self._run(*self._places)  # where a single output lies
        found = [self._address(name) for name in outputs] if len(outputs) > 1 else [first]
        self._given = [self._view(self._address(name), one) for name, one in inputs.items()]
        self._answers = [self._view(at, one) for at, one in zip(found, self.outputs, strict=True)]
        self.reset()

    def _function(self, what: str) -> Any:
        """A function of the C, which takes the arena's address, and the state's, if any."""
        function = getattr(self._library, f"{self._name}_{what}")
        function.argtypes = [ctypes.c_void_p] * len(self._memory)
        return function

    def _address(self, what: str) -> int:
        """Where an input or output lies in the arena."""
        function = getattr(self._library, f"{self._name}_{what}")
        function.argtypes, function.restype = [ctypes.c_void_p], ctypes.c_void_p
        return int(function(self._places[0]))

    def _view(self, address: int, tensor: Tensor) -> Array:
        """The elements of an input or output in the arena, [*shape]."""
        count, start = int(np.prod(tensor.shape)), address - self._places[0]
        return np.frombuffer(self._memory[0], tensor.dtype, count, start).reshape(tensor.shape)

    @property
    def input(self) -> Tensor:
        """The only, or first, input."""
        return self.inputs[0]

    @property
    def output(self) -> Tensor:
        """The only, or first, output."""
        return self.outputs[0]

    def reset(self) -> None:
        """Begin a sequence: what is kept from one run to the next is as at first."""
        for place in self._places[1:]:
            self._restart(place)

    def run(self, batch: Array) -> Array:
        """The outputs [n, *output.shape[1:]] for ``batch`` [n, *input.shape[1:]], one by one.

        Of a model with one input and one output.
        """
        if len(self.inputs) != 1 or len(self.outputs) != 1:
            counts = f"{len(self.inputs)} inputs and {len(self.outputs)} outputs"
            raise ModelError(f"the model has {counts}: one of each is needed")
        if batch.shape[1:] != self.input.shape[1:] or batch.dtype != self.input.dtype:
            raise ModelError(f"the model takes {_described(self.input, 1)}")
        (outputs,) = self.run_all([batch.reshape(len(batch), *self.input.shape)])
        return outputs.reshape(len(batch), *self.output.shape[1:])

    def run_all(self, inputs: Sequence[Array], *, fresh: bool = False) -> list[Array]:
        """For each output its values [n, *shape], for each input's [n, *shape], one by one.

        What the network keeps goes on from one to the next, and from one call to the next; with
        ``fresh`` each begins anew.
        """
        for tensor, array in zip(self.inputs, inputs, strict=True):
            if array.shape[1:] != tensor.shape or array.dtype != tensor.dtype:
                raise ModelError(f"the model takes {_described(tensor, 0)}")
        count = len(inputs[0])
        answers = [np.empty((count, *tensor.shape), tensor.dtype) for tensor in self.outputs]
        for row in range(count):
            if fresh:
                self.reset()
            for view, array in zip(self._given, inputs, strict=True):
                view[...] = array[row]
            self._run(*self._places)
            for answer, view in zip(answers, self._answers, strict=True):
                answer[row] = view
        return answers


def _memory(size: int) -> Any:
    """Bytes aligned as the C library's allocator does, which is enough for every type."""
    return (ctypes.c_int32 * -(-size // 4))()


def _described(tensor: Tensor, axes: int) -> str:
    return f"{tensor.dtype} {['n', *tensor.shape[axes:]]}"


@dataclass(frozen=True)
class _Header:
    """What the macros of a generated header say."""

    name: str
    text: str  # without comments

    def borders(self, kind: str) -> dict[str, Tensor]:
        """The tensors of one kind, "INPUT" or "OUTPUT", by what the C calls them."""
        prefix = self.name.upper()
        found = re.findall(rf'^#define {prefix}_({kind}\w*?)_TYPE "', self.text, re.MULTILINE)
        if not found:
            raise self._lacks(f"{prefix}_{kind}_TYPE")
        return {self._called(macro): self._tensor(macro) for macro in found}

    def _called(self, macro: str) -> str:
        """The function's name without the model's, whose letters a macro has as capitals."""
        call = rf"\b{self.name}_({macro})\("
        names = re.findall(call, self.text, re.IGNORECASE)
        return str(names[0]) if names else macro.lower()

    def _tensor(self, macro: str) -> Tensor:
        sides = tuple(map(int, self._value(f"{macro}_SHAPE", r"\{([0-9, ]+)\}").split(",")))
        quantized = re.search(rf"_{macro}_SCALE ", self.text) is not None
        return Tensor(
            macro.lower(),
            sides if self.integer(f"{macro}_RANK") else (),
            np.dtype(self._value(f"{macro}_TYPE", r'"(\w+)"')),
            float(self._value(f"{macro}_SCALE", r"([0-9.e+-]+)f")) if quantized else 0.0,
            self.integer(f"{macro}_ZERO_POINT") if quantized else 0,
        )

    def integer(self, macro: str) -> int:
        """The value of a macro."""
        return int(self._value(macro, r"\(?(-?[0-9]+)\)?"))

    def _value(self, macro: str, pattern: str) -> str:
        name = f"{self.name.upper()}_{macro}"
        found = re.search(rf"^#define {name} {pattern} *$", self.text, re.MULTILINE)
        if not found:
            raise self._lacks(name)
        return found[1]

    def _lacks(self, macro: str) -> ModelError:
        return ModelError(f"the header of the compiled model lacks {macro}: generate it again")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(
            f"{path} cannot be read: make it with python -m convert.compiler MODEL.tflite"
        ) from error


def require_compiler() -> list[str]:
    """The words of the C compiler's command; raises BackendError when there is none."""
    try:
        compiler = shlex.split(os.environ.get("CC", "cc"))
    except ValueError as error:
        raise BackendError(f"CC={os.environ['CC']!r} is not a command: {error}") from error
    if not compiler or shutil.which(compiler[0]) is None:
        name = compiler[0] if compiler else "CC"
        raise BackendError(f"no C compiler: {name} cannot be run; install one or set CC")
    return compiler


def _build(source: Path, target: Path, flags: tuple[str, ...]) -> Path:
    compiler = require_compiler()
    done = subprocess.run(
        [*compiler, *FLAGS, *flags, str(source), "-o", str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line] or ["no message"]
        raise BackendError(f"{compiler[0]} cannot compile {source}: {lines[0]}")
    return target
