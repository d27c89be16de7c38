"""An npm package: the network in WebAssembly, with and without SIMD, for browsers and Node.js."""

from collections.abc import Sequence
from pathlib import Path

from convert import wasm
from convert.compiler.build import Compiled
from convert.compiler.targets.options import Target
from convert.package import bridge, made_up, told
from convert.package.bridge import Tensor
from convert.package.library import Library
from convert.package.targets.kind import Kind
from runtime import classifier

APP = Path(classifier.__file__).parent / "web" / "app"
"""The web app's files, of which those that a task needs are taken along as they are."""
_FILES = {
    "image": ("photo.js", "arrays.js"),
    "digits": tuple(
        f"{one}.js"
        for one in ("read", "grey", "ink", "layout", "arrays", "paper", "pieces", "rules", "sheet")
    ),
}
_ARRAYS = {"int8": "Int8Array", "uint8": "Uint8Array", "int16": "Int16Array"} | {
    "int32": "Int32Array",
    "float32": "Float32Array",
    "bool": "Uint8Array",
}
_BUILTIN = """assert async-hooks buffer child-process cluster console constants crypto dgram
    diagnostics-channel dns domain events favicon-ico fs http http2 https inspector module net
    node-modules os path perf-hooks process punycode querystring readline repl sea sqlite stream
    string-decoder sys test timers tls trace-events tty url util v8 vm wasi worker-threads zlib"""
"""What Node.js has by itself, or npm refuses."""


def package_name(library: Library) -> str:
    """The name in the registry, which hides no part of Node.js."""
    return f"{library.slug}-network" if library.slug in _BUILTIN.split() else library.slug


def files(library: Library) -> dict[str, bytes]:
    """A package that needs no bundler. Raises ToolError when clang or lld is missing."""
    holds = told.facts(library)
    glue = bridge.Page(library, told.words(library), holds).filled("glue.c")
    fast = library.made.get(Target.WASM, library.made[Target.GENERIC])
    modules = {
        "plain.wasm": _module(library, glue, library.made[Target.GENERIC], wasm.PLAIN),
        "simd.wasm": _module(library, glue, fast, wasm.SIMD),
    }
    sizes = {f"{name[:-5]}_size": f"{len(content):,}" for name, content in modules.items()}
    page = bridge.Page(library, _values(library) | sizes, holds)
    app = ["simd.js", *(file for task in sorted(holds & {*_FILES}) for file in _FILES[task])]
    return {
        "package.json": page.filled("package.in"),
        "index.js": page.filled("index.js"),
        "index.d.ts": page.filled("index.d.ts"),
        **modules,
        **{f"app/{name}": (APP / name).read_bytes() for name in app},
        "example.mjs": page.filled("example.mjs"),
        **page.documents(KIND.proof),
    }


def _module(library: Library, glue: bytes, made: Compiled, options: Sequence[str]) -> bytes:
    return wasm.link({**bridge.files(library), **made.files(), "glue.c": glue}, options)


def _values(library: Library) -> dict[str, str]:
    """What the templates are filled with."""
    inputs, outputs = bridge.inputs(library.unit), bridge.outputs(library.unit)
    told_of = [*told.stored(inputs), *told.stored(outputs)]
    return {
        **told.words(library),
        "package": package_name(library),
        "input_rows": _rows(inputs),
        "output_rows": _rows(outputs),
        "label_list": bridge.as_json(list(library.labels)),
        "task": _task(library),
        "input_methods": _overloads("input", inputs),
        "output_methods": _overloads("output", outputs),
        "run_told": "\n".join(f"   * {line}" for line in told_of),
        **_signatures(inputs, outputs),
        "example_inputs": made_up.given(library, _made_up, "(next() >>> {})"),
    }


def _made_up(one: Tensor, element: str, step: float) -> str:
    """An input of the example."""
    value = f"({element}) * {step!r}" if one.kind == "float32" else element
    return f"const {one.name} = {_ARRAYS[one.kind]}.from({{ length: {one.count} }}, () => {value});"


def _task(library: Library) -> str:
    """What the web app's own code must know of pictures, as JSON."""
    described = library.contract.task.describe() if library.contract else {}
    return bridge.as_json({key: described.get(key) for key in ("shape", "fit")})


def _rows(tensors: list[Tensor]) -> str:
    rows = []
    for one in tensors:
        about = {"name": one.name, "type": one.kind, "shape": one.shape, "count": one.count}
        rows.append(bridge.as_json({**about, "scale": one.scale, "zeroPoint": one.zero_point}))
    return "\n".join(f"  Object.freeze({row})," for row in rows)


def _overloads(method: str, tensors: list[Tensor]) -> str:
    first, *others = [_ARRAYS[one.kind] for one in tensors]
    lines = [f"  {method}(number?: 0): {first};"]
    lines += [f"  {method}(number: {n}): {kind};" for n, kind in enumerate(others, 1)]
    every = " | ".join(sorted({first, *others}))
    return "\n".join([*lines, f"  {method}(number: number): {every};"])


def _signatures(inputs: list[Tensor], outputs: list[Tensor]) -> dict[str, str]:
    """Parameters and results in the types."""
    kinds = [_ARRAYS[one.kind] for one in outputs]
    single = len(outputs) == 1
    return {
        "run_parameters": ", ".join(f"{one.name}: {_ARRAYS[one.kind]}" for one in inputs),
        "run_result": kinds[0] if single else f"[{', '.join(kinds)}]",
        "predict_parameters": ", ".join(f"{one.name}: ArrayLike<number>" for one in inputs),
        "predict_result": "Float32Array"
        if single
        else f"[{', '.join('Float32Array' for _ in outputs)}]",
    }


KIND = Kind(
    "npm",
    "npm",
    (Target.WASM,),
    "packed and installed by npm, run in Node.js 20 and in Chromium with and without SIMD: the "
    "bytes of LiteRT; types checked by TypeScript",
    "Firefox, Safari, other Node.js versions, bundlers",
    files,
)
