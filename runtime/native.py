"""A ``.tflite`` as C for this machine, made by the compiler when it is asked for."""

import subprocess
import tempfile
from pathlib import Path

from runtime import children, machine
from runtime.compiled import COMPILED, CompiledModel, require_compiler
from runtime.errors import BackendError, ModelError

_MATCH = {"default": "xnnpack", "reference": "ref"}
"""Whose bytes the C gives, by the kernels that are asked for."""


def is_meant(backend: str | None) -> bool:
    """Whether ``backend`` is "c", or "c:TARGET"."""
    return backend is not None and backend.partition(":")[0] == COMPILED


def load(model: Path, backend: str, kernels: str) -> CompiledModel:
    """``model`` with the kernels that this machine has, or with those that ``backend`` names.

    Raises BackendError where these do not run here or a compiler is missing, ModelError for what
    cannot be compiled.
    """
    _, named, target = backend.partition(":")
    target = target if named else machine.target()
    if target not in machine.TARGETS:
        known = ", ".join(f"{COMPILED}:{one}" for one in machine.TARGETS)
        raise BackendError(f"there is no backend {backend}: choose {COMPILED} or {known}")
    if kernels not in _MATCH:
        raise BackendError(f"{backend} has no kernels {kernels!r}: choose {' or '.join(_MATCH)}")
    machine.require(target)
    require_compiler()
    with tempfile.TemporaryDirectory(prefix="thimble-native-") as folder:
        words = [*children.python("convert.compiler"), str(model), "--name", "model", "--quiet"]
        words += ["--out", folder, "--target", target, "--match", _MATCH[kernels]]
        done = subprocess.run(
            words, capture_output=True, text=True, check=False, preexec_fn=children.TIED
        )
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
            raise ModelError(said[-1].removeprefix("error: "))
        return CompiledModel(Path(folder) / "model.c", kernels)
