"""What the command line asks for, checked, as a library."""

import argparse
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from convert import carray, feed, tflite
from convert.compiler.build import Compiled
from convert.compiler.command import line
from convert.compiler.targets.options import Options, Target
from convert.package import cores
from convert.package.library import About, Library
from convert.package.targets import android
from convert.package.targets.kind import Kind
from runtime import classifier, contract
from runtime.contract import Contract
from runtime.errors import DataError, ModelError

URL = "https://example.org/"
"""Reserved for documents: where a library lives whose author did not say."""
_LONGEST = 40
"""Characters of a library's name: what Arduino takes, with room."""
_OWN = "thimble_quantize"
"""The name of a header that every library has."""


def name(text: str) -> str:
    """An argument that can name a library."""
    return _argument(text, _check_name)


def group(text: str) -> str:
    """An argument that can hold Java packages."""
    return _argument(text, android.check_group)


def _argument(text: str, check: Callable[[str], None]) -> str:
    try:
        check(text)
    except DataError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def version(text: str) -> str:
    """An argument that is a version of three numbers."""
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is no version: give three numbers, 1.0.0")
    return text


def licence(text: str) -> str:
    """An argument that is an SPDX expression, in SPDX's own spelling."""
    from packaging.licenses import (  # noqa: PLC0415 - what does not package does without
        InvalidLicenseExpression,
        canonicalize_license_expression,
    )

    try:
        return canonicalize_license_expression(text)
    except InvalidLicenseExpression as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no SPDX expression: give one, as MIT or 'MIT OR Apache-2.0'; a licence "
            "that SPDX does not list is LicenseRef- with a name, as LicenseRef-Proprietary"
        ) from error


def url(text: str) -> str:
    """An argument that is an address of the web."""
    if not re.fullmatch(r"https?://[\w.-]+(:\d+)?(/[\w.~/?#@!$&'()*+,;=:%-]*)?", text, re.ASCII):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no address: give one that begins with https://"
        )
    return text


def sentence(text: str) -> str:
    """An argument that is a line of text."""
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError(f"{text!r} is blank, or more than one line: give a line")
    return text.strip()


def _check_name(text: str) -> None:
    carray.check_name(text)
    if text.lower() == _OWN:
        raise DataError(f"every library has a {_OWN}.h: choose another name with --name")
    if len(text) > _LONGEST:
        raise DataError(f"{text} is longer than {_LONGEST} characters: choose another with --name")


def meaningless(options: argparse.Namespace, chosen: Sequence[Kind]) -> str:
    """What of the command line means nothing together, and what to do; "": nothing."""
    kinds = " and ".join(kind.name for kind in chosen)
    if options.group is not None and "android" not in [kind.name for kind in chosen]:
        return f"--group is of android, and means nothing for {kinds}: leave it out"
    possible = {core for kind in chosen for core in kind.cores if core is not Target.WASM}
    if unknown := [core for core in options.core or () if core not in possible]:
        cure = f"give one of {', '.join(sorted(possible))}" if possible else "they run plain C"
        return f"--core {unknown[0]} means nothing for {kinds}: {cure}"
    return _taken(options.name, chosen) if options.name else ""


def _taken(name: str, chosen: Sequence[Kind]) -> str:
    """Why a library for one of these cannot have that name; "": all can."""
    found = (kind.taken(name) for kind in chosen)
    return next((f"{why}: choose another name with --name" for why in found if why), "")


def library(options: argparse.Namespace, chosen: Sequence[Kind]) -> Library:
    """The library for the cores of the kinds ``chosen``, or those of them that ``options`` name.

    Reads the model, its contract and its labels; writes nothing. Raises ThimbleError for a model
    that cannot be one, and for labels that do not fit.
    """
    path = classifier.find(options.model)
    name = options.name or _named(options.model, path)
    _check_name(name)
    if why := _taken(name, chosen):
        raise DataError(why)
    targets = dict.fromkeys(core for kind in chosen for core in kind.cores)
    made = cores.compiled(tflite.read(path), name, _options(options, targets), path.name)
    if options.core is not None and made.refused:  # who names a core wants it
        raise ModelError("; ".join(f"{core}: {why}" for core, why in made.refused.items()))
    plain = made.compiled[Target.GENERIC]
    known = feed.contract_of(path, plain.unit.network)
    labels = _labels(options.labels, path, plain, known)
    about = About(
        options.version,
        options.author,
        options.licence,
        options.description or _described(name, labels),
        options.url or URL,
        options.group or android.GROUP,
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
    wanted = [one for one in targets if one in cores_named or one is Target.WASM]
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
