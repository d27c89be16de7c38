"""A compiled model as a WebAssembly module, by clang and lld; no emscripten, no libc.

The module exports its memory, ``input()`` and ``run()``, which give the addresses of the input and
of the output, int8, and ``maps()``, that of the outputs of all convolutions, one after the other.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from convert import publish, tflite
from convert.compiler import toolchain
from convert.compiler.build import Compiled, compile_model
from convert.compiler.ir import Tensor
from convert.compiler.program import Step
from convert.compiler.targets.options import Options, Target
from runtime.errors import ToolError

_FOLDER = Path(__file__).parent
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
class Map:
    """What a convolution made, after its pooling, if any: int8 [height, width, channels]."""

    shape: tuple[int, ...]
    zero_point: int


@dataclass(frozen=True)
class Module:
    """A model in WebAssembly."""

    content: bytes
    compiled: Compiled
    maps: tuple[Map, ...]  # in the order in which maps() has them


def build(model: tflite.Model, *, simd: bool) -> Module:
    """``model`` with or without SIMD instructions; both give the same bytes.

    Raises ModelError when the model cannot be compiled, ToolError when clang or lld is missing.
    """
    compiled = compile_model(model, "model")
    compiled.require_plain("the web app")
    if simd:
        compiled = compile_model(model, "model", fast(compiled))
    kept = [
        (number, step)
        for number, step in enumerate(compiled.unit.program.steps)
        if step.operators[0] in ("CONV_2D", "DEPTHWISE_CONV_2D")
    ]
    outputs = [_output(compiled, step) for _, step in kept]
    content = _compile(
        compiled,
        [
            "-DKEPT_STEPS=" + ",".join(str(number) for number, _ in kept),
            "-DKEPT_SIZES=" + ",".join(str(tensor.size) for tensor in outputs),
            f"-DKEPT_BYTES={sum(tensor.size for tensor in outputs)}",
            *(SIMD if simd else PLAIN),
        ],
    )
    maps = tuple(Map(tensor.shape[1:], tensor.zero_point) for tensor in outputs)
    return Module(content, compiled, maps)


def fast(plain: Compiled) -> Options:
    """For the same C with SIMD: its kernels, where their tables are not much larger."""
    limit = int(_MORE_TABLES * plain.unit.program.flash)
    return replace(plain.unit.options, target=Target.WASM, max_flash=limit)


def _output(compiled: Compiled, step: Step) -> Tensor:
    """The tensor that a step makes."""
    nodes = compiled.unit.lowered.nodes
    return next(n.output for n in nodes if f"t{n.output.number}" == step.output.name)


def _compile(compiled: Compiled, options: list[str]) -> bytes:
    own = {name: (_FOLDER / name).read_bytes() for name in ("glue.c", "keep.h")}
    return link({**compiled.files(), **own}, [*options, "-include", "keep.h"])


def link(contents: Mapping[str, bytes], options: Sequence[str]) -> bytes:
    """The module of C files and their headers, compiled with further ``options`` of clang.

    Raises ToolError when clang or lld is missing.
    """
    with tempfile.TemporaryDirectory(prefix="thimble-wasm-") as name:
        folder = Path(name)
        publish.files(folder, contents)
        sources = [str(_FOLDER / "libc.c"), *(one for one in contents if one.endswith(".c"))]
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
