"""A compiled model as a WebAssembly module, by clang and lld; no emscripten, no libc.

Any network that the compiler takes. The module needs no imports, and exports

- ``memory``: its linear memory, which never grows.
- ``input(number)``: the address of an input's elements, stored as ``Module.inputs`` says; a run
  overwrites them all. 0: there is none of that number.
- ``run()``: computes the outputs from what lies in the inputs.
- ``output(number)``: the address of an output's elements, which are there after a run until an
  input is written. 0: there is none of that number.
- ``reset()``: begins a sequence, where the network keeps a state from one run to the next. The
  first run begins one by itself.
- ``watch(is_on)``: whether runs keep maps, which takes time; at first they do not.
- ``maps()``: the address of the maps of the last run that was watched, one after the other, as
  ``Module.maps`` says: what stands behind each block of the network. 0: it has none.

``Module.about`` says all that a page has to know of them.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from convert import publish, tflite
from convert.compiler import toolchain
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.emit import border
from convert.compiler.ir import Tensor
from convert.compiler.operators.common.reader import QUANTIZED
from convert.compiler.targets.options import Options, Target
from convert.wasm import blocks, glue
from convert.wasm.blocks import Map
from runtime.errors import ToolError

_MORE_TABLES = 1.25
"""How much larger than plain C's tables those of a faster kernel may be: they are downloaded."""
_COMPILER = (
    *("clang", "--target=wasm32", "-std=c99", "-ffreestanding", "-fno-builtin", "-nostdlib"),
    *("-Wl,--no-entry", "-Wl,--strip-all", "-Wl,-z,stack-size=16384"),
)
PLAIN = ("-O2",)
SIMD = ("-O3", "-msimd128", "-fno-slp-vectorize")
"""Options of clang. Its version 14, where SLP makes vectors of volatile floats, reads one of them
when the next are written already: SOFTMAX gives another class's share then."""


@dataclass(frozen=True)
class Module:
    """A model in WebAssembly."""

    content: bytes
    compiled: Compiled
    maps: tuple[Map, ...]  # in the order in which maps() has them

    def about(self) -> dict[str, Any]:
        """Of ``inputs``, ``outputs`` and ``maps``, in their order: name, type, shape, steps.

        A scale of 0 says that elements are numbers as they are, and else a real number is
        scale * (stored - zero_point). ``state`` is the bytes that ``reset()`` sets anew, and
        ``match`` the runtime whose bytes the outputs are.
        """
        unit = self.compiled.unit
        return {
            "inputs": [_described(one.name, one.tensor) for one in border.inputs(unit)],
            "outputs": [_described(one.name, one.tensor) for one in border.outputs(unit)],
            "maps": [
                {**_described(one.tensor.name, one.tensor), "shape": one.shape} for one in self.maps
            ],
            "state": unit.state,
            "match": str(unit.match),
        }


def _described(name: str, tensor: Tensor) -> dict[str, Any]:
    is_scaled = bool(tensor.scale) and tensor.dtype in QUANTIZED
    return {
        "name": name,
        "dtype": tensor.dtype.lower(),
        "shape": tensor.shape,
        "scale": float(tensor.scale) if is_scaled else 0.0,
        "zero_point": tensor.zero_point if is_scaled else 0,
    }


def build(model: tflite.Model, *, simd: bool, match: Match = Match.XNNPACK) -> Module:
    """``model`` with or without SIMD instructions; both give the bytes of the runtime ``match``.

    Raises ModelError when the model cannot be compiled, ToolError when clang or lld is missing.
    """
    compiled = compile_model(model, "model", Options(match=match))
    if simd:
        compiled = compile_model(model, "model", fast(compiled))
    maps = blocks.maps(compiled.unit)
    contents = {**compiled.files(), **glue.files(compiled.unit, maps)}
    content = link(contents, [*(SIMD if simd else PLAIN), "-include", "keep.h"])
    return Module(content, compiled, tuple(maps))


def fast(plain: Compiled) -> Options:
    """For the same C with SIMD: its kernels, where their tables are not much larger."""
    limit = int(_MORE_TABLES * plain.unit.program.flash)
    return replace(plain.unit.options, target=Target.WASM, max_flash=limit)


def link(contents: Mapping[str, bytes], options: Sequence[str]) -> bytes:
    """The module of C files and their headers, compiled with further ``options`` of clang.

    Raises ToolError when clang or lld is missing.
    """
    with tempfile.TemporaryDirectory(prefix="thimble-wasm-") as name:
        folder = Path(name)
        publish.files(folder, contents)
        sources = [str(glue.FOLDER / "libc.c"), *(one for one in contents if one.endswith(".c"))]
        words = [*_COMPILER, *options, "-I", str(folder), *sources, "-o", "m.wasm"]
        try:
            toolchain.run(words, folder)
        except ToolError as error:
            raise _explained(error) from error
        return (folder / "m.wasm").read_bytes()


def _explained(error: ToolError) -> ToolError:
    """``error``, or how to get what is missing."""
    if "cannot be run" in str(error) or "wasm-ld" in str(error):
        return ToolError("clang and lld are needed; on Debian: sudo apt-get install clang lld")
    return error
