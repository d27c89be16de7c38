"""A Python package: a wheel with the compiled C, without dependencies."""

import keyword
import re
import sys
import textwrap

from convert.package import bridge, made_up, told
from convert.package.bridge import Tensor
from convert.package.cores import MACHINES
from convert.package.library import Library
from convert.package.targets.kind import Kind

_TAKEN = frozenset([*sys.stdlib_module_names, *keyword.kwlist, *keyword.softkwlist])

_CODES = {"int8": "b", "uint8": "B", "int16": "h", "int32": "i", "float32": "f", "bool": "?"}
"""What the modules array and struct call elements."""


def module(name: str) -> str:
    """What is imported: ``name`` as a Python module that hides no other."""
    found = re.sub(r"\W+", "_", name.lower(), flags=re.ASCII).strip("_")
    return f"{found}_network" if found in _TAKEN or not found.isidentifier() else found


def files(library: Library) -> dict[str, bytes]:
    """A source tree that pip builds into one wheel for every Python from 3.11 on."""
    page = bridge.Page(library, _values(library), told.facts(library))
    source = f"src/{module(library.name)}"
    return {
        **{f"c/{name}": content for name, content in bridge.files(library).items()},
        "pyproject.toml": page.filled("pyproject.in"),
        "setup.py": page.filled("setup.in"),
        "MANIFEST.in": page.filled("MANIFEST.in"),
        f"{source}/__init__.py": page.filled("init.in"),
        f"{source}/_given.h": page.filled("_given.h"),
        f"{source}/_network.c": page.filled("_network.c"),
        f"{source}/_network.pyi": page.filled("stub.in"),
        f"{source}/py.typed": b"",
        "example.py": page.filled("example.in"),
        **page.documents(KIND.proof),
    }


def _values(library: Library) -> dict[str, str]:
    """What the templates are filled with."""
    inputs, outputs = bridge.inputs(library.unit), bridge.outputs(library.unit)
    several = len(outputs) > 1
    numbers = "Buffer | Sequence[float]"
    return {
        **told.words(library),
        "package": module(library.name),
        "input_texts": ", ".join(bridge.quoted(str(one)) for one in inputs),
        "input_rows": _rows(inputs),
        "output_rows": _rows(outputs),
        "label_rows": "\n".join(f"    {bridge.as_json(label)}," for label in library.labels),
        "run_told": _indented([*told.stored(inputs), *told.stored(outputs)]),
        "values_told": _indented([f"It takes {told.numbers(library)}."]),
        "run_parameters": ", ".join(f"{one.name}: Buffer" for one in inputs),
        "predict_parameters": ", ".join(f"{one.name}: {numbers}" for one in inputs),
        "arguments": ", ".join(one.name for one in inputs),
        "run_result": "tuple[bytes, ...]" if several else "bytes",
        "example_inputs": made_up.given(library, _made_up, "(drawn() >> {})"),
        "output_codes": ", ".join(f'"{_CODES[one.kind]}"' for one in outputs),
        "predict_result": "tuple[list[float], ...]" if several else "list[float]",
    }


def _made_up(one: Tensor, element: str, step: float) -> str:
    """An input of the example."""
    if one.kind in ("uint8", "bool"):
        return f"{one.name} = bytes({element} for _ in range({one.count}))"
    value = f"({element}) * {step!r}" if one.kind == "float32" else element
    return f'{one.name} = array("{_CODES[one.kind]}", [{value} for _ in range({one.count})])'


def _indented(lines: list[str]) -> str:
    wrapped = [textwrap.fill(line, 92, subsequent_indent="    ") for line in lines]
    return textwrap.indent("\n".join(wrapped), " " * 8)


def _rows(tensors: list[Tensor]) -> str:
    return "\n".join(
        f'    Tensor("{one.name}", "{one.kind}", {one.shape}, {one.size}, {one.scale!r}, '
        f"{one.zero_point}),"
        for one in tensors
    )


KIND = Kind(
    "python",
    "Python",
    MACHINES,
    "a wheel and an sdist built by pip and setuptools, installed in a new virtual environment of "
    "Python 3.11 on Linux, and run, with the kernels for x86-64-v3 too: the bytes of LiteRT; types "
    "checked by mypy",
    "other Pythons, Windows and macOS",
    files,
)
