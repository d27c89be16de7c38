"""What the command line asks for, checked, as a library."""

import argparse
import re
from collections.abc import Iterable
from pathlib import Path

from convert import carray, feed, tflite
from convert.compiler.build import Compiled
from convert.compiler.command import line
from convert.compiler.targets.options import Options, Target
from convert.package import cores
from convert.package.library import About, Library
from convert.package.targets import android
from runtime import classifier, contract
from runtime.contract import Contract
from runtime.errors import DataError, ModelError

_VERSION = r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
_SPDX = r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*"
_URL = r"https?://[\w.-]+(:\d+)?(/[\w.~/?#@!$&'()*+,;=:%-]*)?"
URL = "https://example.org/"
"""Reserved for documents: where a library lives whose author did not say."""
_LONGEST = 40
"""Characters of a library's name: what Arduino takes, with room."""


def check(options: argparse.Namespace) -> None:
    """Raise DataError for options that no library can have."""
    if options.name is not None:
        carray.check_name(options.name)
    if not re.fullmatch(_VERSION, options.version):
        raise DataError(f"--version {options.version!r} is no version: give three numbers, 1.0.0")
    if not re.fullmatch(_SPDX, options.licence):
        raise DataError(f"--licence {options.licence!r} is no SPDX expression: give one, as MIT")
    if options.url is not None and not re.fullmatch(_URL, options.url, re.ASCII):
        raise DataError(f"--url {options.url!r} is no address: give one that begins with https://")
    android.check_group(options.group)
    for word in ("author", "description"):
        text = getattr(options, word)
        if text is not None and (not text.strip() or not text.isprintable()):
            raise DataError(f"--{word} {text!r} is blank, or more than one line: give a line")


def library(options: argparse.Namespace, targets: Iterable[Target]) -> Library:
    """The library for the cores ``targets``, or those of them that ``options`` name.

    Reads the model, its contract and its labels; writes nothing. Raises ThimbleError for a model
    that cannot be one, and for labels that do not fit.
    """
    path = classifier.find(options.model)
    name = options.name or _named(options.model, path)
    carray.check_name(name)
    if len(name) > _LONGEST:
        raise DataError(f"{name} is longer than {_LONGEST} characters: choose another with --name")
    made = cores.compiled(tflite.read(path), name, _options(options, targets), path.name)
    if options.core is not None and made.refused:  # who names a core wants it
        raise ModelError("; ".join(f"{core}: {why}" for core, why in made.refused.items()))
    plain = made.compiled[Target.GENERIC]
    known = feed.contract_of(path, plain.unit.network)
    labels = _labels(options.labels, path, plain, known)
    about = About(
        options.version,
        options.author.strip(),
        options.licence,
        (options.description or _described(name, labels)).strip(),
        options.url or URL,
        options.group,
    )
    return Library(name, about, path.name, made, labels, known)


def _named(model: str, path: Path) -> str:
    """A bundled model's own name; else that of the file, or of the folder of a model.tflite."""
    if model in classifier.bundled():
        return model
    resolved = path.resolve()
    return carray.c_name(resolved.parent.name if path.stem == "model" else path.stem)


def _options(options: argparse.Namespace, targets: Iterable[Target]) -> dict[Target, Options]:
    """The compiler's options for each core."""
    cores_named = options.core if options.core is not None else list(targets)
    wanted = [one for one in targets if one in cores_named or not one.is_core]
    return {
        target: line.chosen_for(options, target)
        for target in dict.fromkeys([Target.GENERIC, *wanted])
    }


def _labels(
    given: Path | None, path: Path, made: Compiled, known: Contract | None
) -> tuple[str, ...]:
    """What the classes of the first output are called; (): nobody says."""
    classes = made.unit.network.output.size
    if given is not None:
        if not given.is_file():
            raise DataError(f"there is no file {given}: --labels takes one label a line")
        return contract.labels_in(given, 2 if classes == 1 else classes)
    if known is None or (known.is_guess and not (path.parent / contract.LABELS).is_file()):
        return ()
    return known.labels


def _described(name: str, labels: tuple[str, ...]) -> str:
    """A sentence for a library of which nothing else is told."""
    if not labels:
        return f"{name}, an int8 neural network, compiled to C without an interpreter."
    return f"{name}, an int8 neural network that tells {len(labels)} classes apart, compiled to C."
