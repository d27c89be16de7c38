"""A Swift package over the C, for iOS, macOS and Linux."""

import base64

from convert.package import bridge, told
from convert.package.bridge import Tensor
from convert.package.library import Library
from convert.package.targets.kind import Kind

_ELEMENTS = {"int8": "Int8", "uint8": "UInt8", "int16": "Int16", "int32": "Int32"} | {
    "float32": "Float",
    "bool": "UInt8",
}
_TAKEN = """Accelerate Any AppKit Array Bool Character CoreML Data Dictionary Double Error Failure
    Float Foundation Int Network Optional Protocol Result Self Set String Substring Swift SwiftUI
    Tensor Type UIKit Vision Void XCTest"""
"""Modules of Apple's, and types that every Swift file knows."""


def module_name(name: str) -> str:
    """``name`` as Swift's modules are called, hiding none: "kws_ds_cnn" gives "KwsDsCnn"."""
    found = bridge.pascal(name)
    return f"{found}Model" if found in _TAKEN.split() else found


def files(library: Library) -> dict[str, bytes]:
    """A package for the Swift Package Manager."""
    values, module = _values(library), module_name(library.name)
    c, swift = f"Sources/C{module}", f"Sources/{module}"
    return {
        "Package.swift": bridge.filled("swift/Package.in", values),
        **{f"{c}/{name}": content for name, content in bridge.files(library).items()},
        f"{c}/{library.name}_raw.c": bridge.filled("swift/raw.c", values),
        f"{c}/include/{library.name}_raw.h": bridge.filled("swift/raw.h", values),
        f"{c}/include/module.modulemap": bridge.filled("swift/module.modulemap", values),
        f"{swift}/{values['class']}.swift": bridge.filled("swift/Network.in", values),
        f"{swift}Example/main.swift": bridge.filled("swift/main.in", values),
        f"Tests/{module}Tests/{module}Tests.swift": bridge.filled("swift/Tests.in", values),
        **bridge.documents(library, KIND.proof, values),
    }


def _values(library: Library) -> dict[str, str]:
    """What the templates are filled with."""
    inputs, outputs = bridge.inputs(library.unit), bridge.outputs(library.unit)
    module, several = module_name(library.name), len(outputs) > 1
    return {
        **bridge.common(library),
        "module": module,
        "class": f"{module}Network",
        "title": told.title(library),
        "usage": "let answer = try network.classify(values)  // answer.label"
        if library.labels
        else "let reals = try network.predict(values)",
        "input_rows": _rows(inputs),
        "output_rows": _rows(outputs),
        "input_sizes": ", ".join(str(one.size) for one in inputs),
        "output_sizes": ", ".join(str(one.size) for one in outputs),
        "run_told": "\n".join(
            f"    /// - {line}" for line in [*told.stored(inputs), *told.stored(outputs)]
        ),
        "whose": "each output" if several else "the output",
        "numbers": told.numbers(library),
        "nothing_kept": "" if library.unit.state else ": nothing, here",
        "arguments_told": _methods(inputs, outputs)["arguments"],
        "classify_told": "let answer = try network.classify("
        f"{_methods(inputs, outputs)['arguments']})          // answer.label, answer.probability"
        if library.labels
        else "",
        **_methods(inputs, outputs),
        **_classifier(library, inputs, outputs),
        "vectors": _vectors(library),
        "imports": "import Foundation\n" if told.scores(library) == "logits" else "",
    }


def _rows(tensors: list[Tensor]) -> str:
    return "\n".join(
        f'        Tensor(\n            name: "{one.name}", type: "{one.kind}", '
        f"shape: {list(one.shape)},\n            scale: {one.scale!r}, "
        f"zeroPoint: {one.zero_point}),"
        for one in tensors
    )


def _parameters(tensors: list[Tensor], kinds: list[str]) -> str:
    """A single input needs no name."""
    outer = "_ " if len(tensors) == 1 else ""
    return ", ".join(
        f"{outer}{one.name}: [{kind}]" for one, kind in zip(tensors, kinds, strict=True)
    )


def _tuple(outputs: list[Tensor], parts: list[str]) -> str:
    """A tuple with names, or its only part."""
    if len(outputs) == 1:
        return parts[0]
    named = (f"{one.name}: {part}" for one, part in zip(outputs, parts, strict=True))
    return f"({', '.join(named)})"


def _methods(inputs: list[Tensor], outputs: list[Tensor]) -> dict[str, str]:
    """Parameters, results and bodies of ``run`` and ``predict``."""
    given, found = ([_ELEMENTS[one.kind] for one in ends] for ends in (inputs, outputs))
    lines = {
        "checks": "try Self.require({name}.count, {n})",
        "run_puts": "store({name}, {n})",
        "predict_puts": "put({name}, {n})",
    }
    single = len(inputs) == 1
    names = [one.name for one in inputs]
    return {
        **{
            key: "\n".join(f"        {line.format(name=name, n=n)}" for n, name in enumerate(names))
            for key, line in lines.items()
        },
        "run_parameters": _parameters(inputs, given),
        "run_result": _tuple(outputs, [f"[{kind}]" for kind in found]),
        "run_gets": _tuple(outputs, [f"stored({n}, as: {k}.self)" for n, k in enumerate(found)]),
        "predict_parameters": _parameters(inputs, ["Float"] * len(inputs)),
        "predict_result": _tuple(outputs, ["[Float]"] * len(outputs)),
        "predict_gets": _tuple(outputs, [f"reals({n})" for n in range(len(outputs))]),
        "arguments": ", ".join(name if single else f"{name}: {name}" for name in names),
        "empty_arguments": ", ".join("[]" if single else f"{name}: []" for name in names),
    }


def _classifier(library: Library, inputs: list[Tensor], outputs: list[Tensor]) -> dict[str, str]:
    """What a network with labels has besides; empty for another."""
    kind = told.scores(library)
    if not kind:
        return {"labels": "", "classify": ""}
    labels = ", ".join(bridge.swift_string(label) for label in library.labels)
    shares = "\n".join(f"        {line}" for line in _SHARES[kind])
    values = {
        **_methods(inputs, outputs),
        "numbers": told.numbers(library),
        "first": f".{outputs[0].name}" if len(outputs) > 1 else "",
        "shares": shares,
    }
    classify = bridge.filled_text("swift/classify.in", values)
    if told.is_pixels(library):
        classify += bridge.filled_text("swift/pixels.in", values)
    return {
        "labels": f"\n    /// The classes.\n    public static let labels = [{labels}]\n",
        "classify": classify,
    }


_BEST = ("let best = scores.firstIndex(of: scores.max()!)!",)
_CLIPPED = (*_BEST, "let probabilities = scores.map { min(max($0, 0), 1) }")
_SHARES = {
    "logits": (
        "let most = scores.max()!",
        "let best = scores.firstIndex(of: most)!",
        "let powers = scores.map { exp(Double($0 - most)) }",
        "let total = powers.reduce(0, +)",
        "let probabilities = powers.map { Float($0 / total) }",
    ),
    "probabilities": _CLIPPED,
    "independent": _CLIPPED,
    "binary": (
        "let best = scores[0] > 0.5 ? 1 : 0",
        "let second = min(max(scores[0], 0), 1)",
        "let probabilities = [1 - second, second]",
    ),
}
"""The most likely class and the probabilities, by what the output is."""


def _vectors(library: Library) -> str:
    """Golden inputs and outputs as Swift."""
    rows = []
    for given, answers in library.vectors():
        inputs, outputs = (
            ", ".join(f'"{base64.b64encode(one.tobytes()).decode()}"' for one in arrays)
            for arrays in (given, answers)
        )
        rows.append(f"        (\n            inputs: [{inputs}],\n")
        rows.append(f"            outputs: [{outputs}]\n        ),\n")
    return "".join(rows).rstrip()


KIND = Kind(
    "swift",
    "Swift",
    (),
    "the C, compiled by clang with all warnings as errors, and run: the bytes of LiteRT; every "
    "kernel compiled by clang for arm64 and run in QEMU; the module map imported by clang; the "
    "syntax of the Swift files, by tree-sitter's grammar",
    "the Swift itself, as no compiler of it was at hand: swift test runs the golden vectors",
    files,
)
