"""A Python package: a wheel with the compiled C, without dependencies."""

import keyword
import re
import sys
import textwrap

from convert.package import bridge, told
from convert.package.bridge import Tensor
from convert.package.library import Library
from convert.package.targets.kind import Kind

_TAKEN = frozenset([*sys.stdlib_module_names, *keyword.kwlist, *keyword.softkwlist])


def module(name: str) -> str:
    """What is imported: ``name`` as a Python module that hides no other."""
    found = re.sub(r"\W+", "_", name.lower(), flags=re.ASCII).strip("_")
    return f"{found}_network" if found in _TAKEN or not found.isidentifier() else found


def files(library: Library) -> dict[str, bytes]:
    """A source tree that pip builds into one wheel for every Python from 3.11 on."""
    package = module(library.name)
    values = _values(library, package)
    sources = {f"c/{name}": content for name, content in bridge.files(library).items()}
    return {
        **sources,
        "pyproject.toml": bridge.filled("python/pyproject.in", values),
        "setup.py": bridge.filled("python/setup.in", values),
        "MANIFEST.in": bridge.filled("python/MANIFEST.in", values),
        f"src/{package}/__init__.py": bridge.filled("python/init.in", values),
        f"src/{package}/_network.c": bridge.filled("python/_network.c", values),
        f"src/{package}/_network.pyi": bridge.filled("python/stub.in", values),
        f"src/{package}/py.typed": b"",
        "example.py": bridge.filled("python/example.in", values),
        **bridge.documents(library, KIND.proof, values),
    }


def _values(library: Library, package: str) -> dict[str, str]:
    """What the templates are filled with."""
    inputs, outputs = bridge.inputs(library.unit), bridge.outputs(library.unit)
    return {
        **bridge.common(library),
        "package": package,
        "input_names": ", ".join(bridge.quoted(one.name) for one in inputs),
        "input_texts": ", ".join(bridge.quoted(str(one)) for one in inputs),
        "input_rows": _rows(inputs),
        "output_rows": _rows(outputs),
        **_texts(library, inputs, outputs),
        **_signatures(inputs, outputs),
        **_classifier(library, inputs),
    }


def _texts(library: Library, inputs: list[Tensor], outputs: list[Tensor]) -> dict[str, str]:
    """Sentences of docstrings."""
    about = library.about
    authors = f"authors = [{{ name = {bridge.as_json(about.author)} }}]" if about.author else ""
    single = len(outputs) == 1
    best = "answer = network.classify(...)    # answer.label, answer.probability"
    return {
        "authors": authors,
        "title": told.title(library),
        "numbers": told.numbers(library),
        "arguments_told": ", ".join(one.name for one in inputs),
        "classify_told": f"answer = network.classify({', '.join(one.name for one in inputs)})"
        "          # answer.label, answer.probability"
        if library.labels
        else "",
        "usage": f"    {best}" if library.labels else "    reals = network.predict(...)",
        "whose": "its output" if single else "each output",
        "run_told": _indented([*told.stored(inputs), *told.stored(outputs)]),
        "values_told": _indented([f"It takes {told.numbers(library)}."]),
        "nothing_kept": "" if library.unit.state else ": nothing, here",
    }


def _indented(lines: list[str]) -> str:
    wrapped = [textwrap.fill(line, 92, subsequent_indent="    ") for line in lines]
    return textwrap.indent("\n".join(wrapped), " " * 8)


def _rows(tensors: list[Tensor]) -> str:
    return "\n".join(
        f'    Tensor("{one.name}", "{one.kind}", {one.shape}, {one.size}, {one.scale!r}, '
        f"{one.zero_point}),"
        for one in tensors
    )


_LIST = 'array("f", {}).tolist()'


def _signatures(inputs: list[Tensor], outputs: list[Tensor]) -> dict[str, str]:
    """Parameters and results of the methods."""
    several = len(outputs) > 1
    lists = f"tuple({_LIST.format('one')} for one in found)"
    return {
        "run_parameters": ", ".join(f"{one.name}: Buffer" for one in inputs),
        "predict_parameters": ", ".join(f"{one.name}: Buffer | Sequence[float]" for one in inputs),
        "arguments": ", ".join(one.name for one in inputs),
        "run_result": "tuple[bytes, ...]" if several else "bytes",
        "first": "" if several else "[0]",
        "predict_result": "tuple[list[float], ...]" if several else "list[float]",
        "predict": f"return {lists}" if several else f"return {_LIST.format('found[0]')}",
    }


def _classifier(library: Library, inputs: list[Tensor]) -> dict[str, str]:
    """What a network with labels has besides; empty for another."""
    exported = ["EQUALS", "INPUTS", "OUTPUTS", "SHA256", "Network", "Tensor"]
    imports = [
        "from array import array",
        "from dataclasses import dataclass",
        "from typing import TYPE_CHECKING",
    ]
    package = module(library.name)
    values = {"labels": "", "answer": "", "classify": ""}
    kind = told.scores(library)
    if kind:
        exported = [
            "EQUALS",
            "INPUTS",
            "LABELS",
            "OUTPUTS",
            "SHA256",
            "Answer",
            "Network",
            "Tensor",
        ]
        imports = (["import math"] if kind == "logits" else []) + imports
        labels = "".join(f"    {bridge.as_json(label)},\n" for label in library.labels)
        values["labels"] = f'\nLABELS: tuple[str, ...] = (\n{labels})\n"""Of the classes."""\n'
        values["answer"] = _ANSWER
        values["classify"] = bridge.filled_text(
            "python/classify.in",
            {
                **_signatures(inputs, bridge.outputs(library.unit)),
                "numbers": told.numbers(library),
                "scores": "scores" if len(bridge.outputs(library.unit)) == 1 else "scores, *_",
                "shares": _SHARES[kind],
            },
        )
    return {
        **values,
        "imports": "\n".join([*imports, "", f"from {package} import _network"]),
        "exported": ", ".join(f'"{name}"' for name in exported),
    }


_CLIPPED = (
    "shares = [min(max(score, 0.0), 1.0) for score in scores]\n"
    "        best = scores.index(max(scores))"
)
_SHARES = {
    "logits": "most = max(scores)\n"
    "        powers = [math.exp(score - most) for score in scores]\n"
    "        total = sum(powers)\n"
    "        shares = [power / total for power in powers]\n"
    "        best = scores.index(most)",
    "probabilities": _CLIPPED,
    "independent": _CLIPPED,
    "binary": "second = min(max(scores[0], 0.0), 1.0)\n"
    "        shares = [1.0 - second, second]\n"
    "        best = int(scores[0] > 0.5)",
}
"""The probabilities of the classes, by what the output is."""

_ANSWER = '''
@dataclass(frozen=True)
class Answer:
    """The class that a network found."""

    label: str
    index: int
    """Of the label in LABELS."""
    probability: float
    """How sure the network is of it, 0..1."""
    probabilities: tuple[float, ...]
    """Of each class."""

'''

KIND = Kind(
    "python",
    "Python",
    (),
    "a wheel and an sdist built by pip and setuptools, installed in a new virtual environment of "
    "Python 3.11 on Linux, and run: the bytes of LiteRT; types checked by mypy",
    "other Pythons, Windows and macOS",
    files,
)
