"""An npm package: the network in WebAssembly, with and without SIMD, for browsers and Node.js."""

from pathlib import Path

from convert import wasm
from convert.compiler.build import Compiled
from convert.compiler.targets.options import Target
from convert.package import bridge, told
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
_IMPORTS = {
    "image": 'import { photo } from "./app/photo.js";\n',
    "digits": 'import { digits } from "./app/read.js";\n',
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
    values, kind = _values(library), _task(library)
    modules = {
        "plain.wasm": _module(library, values, library.made[Target.GENERIC], ["-O2"]),
        "simd.wasm": _module(
            library,
            values,
            library.made.get(Target.WASM, library.made[Target.GENERIC]),
            ["-O3", "-msimd128"],
        ),
        **bridge.documents(library, KIND.proof, values),
    }
    app = ("simd.js", *_FILES.get(kind, ()))
    return {
        "package.json": bridge.filled("npm/package.in", values),
        "index.js": bridge.filled("npm/index.js", values | _classifier(library, values)),
        "index.d.ts": bridge.filled("npm/index.d.ts", values | _types(library, values)),
        **modules,
        **{f"app/{name}": (APP / name).read_bytes() for name in app},
        "example.mjs": bridge.filled("npm/example.mjs", values),
    }


def _module(library: Library, values: dict[str, str], made: Compiled, options: list[str]) -> bytes:
    glue = {"glue.c": bridge.filled("npm/glue.c", values)}
    return wasm.link({**bridge.files(library), **made.files(), **glue}, options)


def _task(library: Library) -> str:
    """The kind of a task whose pictures the package reads; "": it takes numbers alone."""
    if not (library.labels and told.is_pixels(library) and library.contract):
        return ""
    return library.contract.task.kind if library.contract.task.kind in _FILES else ""


def _values(library: Library) -> dict[str, str]:
    """What the templates are filled with."""
    inputs, outputs = bridge.inputs(library.unit), bridge.outputs(library.unit)
    author = library.about.author
    return {
        **bridge.common(library),
        "package": package_name(library),
        "title": told.title(library),
        "homepage": f'  "homepage": {bridge.as_json(library.about.url)},\n',
        "author_line": f'  "author": {bridge.as_json(author)},\n' if author else "",
        "imports": f'{_IMPORTS.get(_task(library), "")}import {{ simd }} from "./app/simd.js";',
        "arguments_told": ", ".join(one.name for one in inputs),
        "classify_told": _told(library, inputs),
        "input_rows": _rows(inputs),
        "output_rows": _rows(outputs),
        "input_methods": _overloads("input", inputs),
        "output_methods": _overloads("output", outputs),
        "run_told": "\n".join(
            f"   * {line}" for line in [*told.stored(inputs), *told.stored(outputs)]
        ),
        "whose": "each output" if len(outputs) > 1 else "the output",
        "numbers": told.numbers(library),
        "nothing_kept": "" if library.unit.state else ": nothing, here",
        **_signatures(inputs, outputs),
    }


def _told(library: Library, inputs: list[Tensor]) -> str:
    """What a classifier can do besides, for the README."""
    given = ", ".join(one.name for one in inputs)
    lines = [f"const answer = network.classify({given});   // {{ label, index, probability, ... }}"]
    lines += {
        "image": ["const same = network.classifyImage(imageData);   // a picture of any size"],
        "digits": ["const found = network.readDigits(imageData);     // each digit of a picture"],
    }.get(_task(library), [])
    return "\n".join(lines) if library.labels else ""


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


def _classifier(library: Library, values: dict[str, str]) -> dict[str, str]:
    """What a network with labels has besides, in JavaScript."""
    kind, task = told.scores(library), _task(library)
    if not kind:
        return {"labels": "", "classify": "", "functions": ""}
    several = len(library.unit.network.outputs) > 1
    scores = f"this.predict(...given){'[0]' if several else ''}"
    labels = f"\n/** The classes. */\nexport const labels = Object.freeze({_list(library)});\n"
    if task == "image" and library.contract:
        about = library.contract.task.describe()
        described = bridge.as_json({"shape": about["shape"], "fit": about["fit"]})
        labels += f"\nconst TASK = {described};\n"
    classify = bridge.filled_text(
        "npm/classify.js", values | {"scores": scores, "best": _BEST[kind]}
    )
    pictures = bridge.filled_text(f"npm/{task}.js", values) if task else ""
    softmax = bridge.filled_text("npm/softmax.js", values) if kind == "logits" else ""
    return {"labels": labels, "classify": classify + pictures, "functions": softmax}


def _list(library: Library) -> str:
    return bridge.as_json(list(library.labels))


def _types(library: Library, values: dict[str, str]) -> dict[str, str]:
    """The types of what a network with labels has besides."""
    if not library.labels:
        return {"labels": "", "classify": "", "types": ""}
    task = _task(library)
    pictures = bridge.filled_text(f"npm/{task}.d.in", values) if task else ""
    return {
        "labels": "\n/** The classes. */\nexport const labels: readonly string[];\n",
        "classify": bridge.filled_text("npm/classify.d.in", values) + pictures,
        "types": bridge.filled_text("npm/answer.d.in", values)
        + (bridge.filled_text(f"npm/{task}_types.d.in", values) if task else ""),
    }


_CLIPPED = """const best = scores.indexOf(Math.max(...scores));
    const probabilities = Array.from(scores, (score) => Math.min(Math.max(score, 0), 1));"""
_BEST = {
    "logits": """const best = scores.indexOf(Math.max(...scores));
    const probabilities = softmax(scores);""",
    "probabilities": _CLIPPED,
    "independent": _CLIPPED,
    "binary": """const best = Number(scores[0] > 0.5);
    const second = Math.min(Math.max(scores[0], 0), 1);
    const probabilities = [1 - second, second];""",
}
"""The most likely class and the probabilities, by what the output is."""

KIND = Kind(
    "npm",
    "npm",
    (Target.WASM,),
    "packed and installed by npm, run in Node.js 20 and in Chromium with and without SIMD: the "
    "bytes of LiteRT; types checked by TypeScript",
    "Firefox, Safari, other Node.js versions, bundlers",
    files,
)
