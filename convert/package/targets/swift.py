"""A Swift package over the C, for iOS, macOS and Linux."""

import base64

from convert.compiler.targets.options import Target
from convert.package import bridge, made_up, told
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
    page = bridge.Page(library, _values(library), told.facts(library))
    module = module_name(library.name)
    c, swift = f"Sources/C{module}", f"Sources/{module}"
    return {
        "Package.swift": page.filled("Package.in"),
        **{f"{c}/{name}": content for name, content in bridge.files(library).items()},
        f"{c}/{library.name}_raw.c": page.filled("raw.c"),
        f"{c}/include/{library.name}_raw.h": page.filled("raw.h"),
        f"{c}/include/module.modulemap": page.filled("module.modulemap"),
        f"{swift}/{module}Network.swift": page.filled("Network.in"),
        f"{swift}Example/main.swift": page.filled("main.in"),
        f"Tests/{module}Tests/{module}Tests.swift": page.filled("Tests.in"),
        **page.documents(KIND.proof),
    }


def _values(library: Library) -> dict[str, str]:
    """What the templates are filled with."""
    inputs, outputs = bridge.inputs(library.unit), bridge.outputs(library.unit)
    module, told_of = module_name(library.name), [*told.stored(inputs), *told.stored(outputs)]
    methods = _methods(inputs, outputs)
    return {
        **told.words(library),
        "module": module,
        "class": f"{module}Network",
        "input_rows": _rows(inputs),
        "output_rows": _rows(outputs),
        "label_list": ", ".join(bridge.swift_string(label) for label in library.labels),
        "input_sizes": ", ".join(str(one.size) for one in inputs),
        "output_sizes": ", ".join(str(one.size) for one in outputs),
        "run_told": "\n".join(f"    /// - {line}" for line in told_of),
        "first": outputs[0].name,
        **methods,
        "arguments_told": methods["arguments"],
        "vectors": _vectors(library),
        "example_inputs": made_up.given(library, _made_up, "(next() >> {})"),
    }


def _made_up(one: Tensor, element: str, step: float) -> str:
    """An input of the example."""
    kind = _ELEMENTS[one.kind]
    code = element.replace("next()", "Int(next())")
    value = f"Double({code}) * {step!r}" if kind == "Float" else code
    return f"let {one.name}: [{kind}] = (0..<{one.count}).map {{ _ in {kind}({value}) }}"


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
    (Target.AARCH64,),
    "the C, compiled by clang with all warnings as errors, and run, for arm64 in QEMU with and "
    "without SDOT: the bytes of LiteRT; the module map imported by clang; the "
    "syntax of the Swift files, by tree-sitter's grammar",
    "the Swift itself, as no compiler of it was at hand: swift test runs the golden vectors",
    files,
)
