"""Package a network as a library: ``python -m convert.package model.tflite --for arduino``.

Writes OUT/NAME-TARGET for each target: the generated C for every core, an example that runs, a
README with the figures, and what that ecosystem's tools need to take it.
"""

import argparse
import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from convert import publish
from convert.compiler.command import line as compiler
from convert.package import cores, earlier, request
from convert.package.library import Library
from convert.package.targets import android, kinds
from runtime import console

OUT = Path("build/packages")


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.package``."""
    result = console.Parser("python -m convert.package", description=__doc__)
    result.add_argument(
        "model",
        help="an int8 .tflite, C source with one, the folder of an export, or a bundled model",
    )
    result.add_argument(
        "--for",
        dest="kinds",
        action="append",
        required=True,
        choices=list(kinds()),
        metavar="TARGET",
        help=f"what it becomes a library for, once for each: {', '.join(kinds())}",
    )
    result.add_argument("--out", type=Path, default=OUT, metavar="DIR", help=f"default: {OUT}")
    result.add_argument(
        "--name",
        type=request.name,
        help="of the library, a C identifier; default: the model's name",
    )
    result.add_argument("--version", type=request.version, default="1.0.0", help="default: 1.0.0")
    result.add_argument(
        "--author", type=request.sentence, default="Unknown", help="default: Unknown"
    )
    result.add_argument(
        "--licence",
        type=request.licence,
        default="Apache-2.0",
        help="an SPDX expression, with LicenseRef-NAME for a licence that SPDX does not list; "
        "default: Apache-2.0, as the kernels are",
    )
    result.add_argument("--url", type=request.url, help=f"where it lives; default: {request.URL}")
    result.add_argument(
        "--group",
        type=request.group,
        help=f"of android: the Java package that holds the library's; default: {android.GROUP}",
    )
    result.add_argument(
        "--description",
        type=request.sentence,
        help="one sentence; default: what is known of the model",
    )
    _add_compiler(result)
    result.add_argument(
        "--labels",
        type=Path,
        metavar="FILE",
        help="a label a line; default: those of contract.json or labels.txt beside the model",
    )
    result.add_argument(
        "--force", action="store_true", help="replace a folder that holds something else"
    )
    return result


def _add_compiler(result: argparse.ArgumentParser) -> None:
    """What is handed on to the compiler."""
    compiler.add_match(result)
    compiler.add_kernels(result)
    result.add_argument(
        "--core",
        action="append",
        choices=[*cores.CORES, *cores.MACHINES],
        help="beside generic, once for each; default: every core of the target",
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    line = parser()
    options = console.parse(line, argv)
    chosen = [kinds()[name] for name in dict.fromkeys(options.kinds)]
    if wrong := request.meaningless(options, chosen):
        line.error(wrong)
    library = request.library(options, chosen)
    for core, why in library.built.refused.items():
        console.note(f"without kernels for {core}: {why}")
    guard = earlier.guard(force=options.force)
    written = {}
    with contextlib.ExitStack() as held:
        places = {kind: options.out / f"{library.name}-{kind.name}" for kind in chosen}
        claims = {kind: held.enter_context(publish.claim(at, guard)) for kind, at in places.items()}
        made = [library.only(kind.name, kind.cores) for kind in chosen]
        files = {kind: kind.files(one) for kind, one in zip(chosen, made, strict=True)}
        for kind, one in zip(chosen, made, strict=True):
            claims[kind].publish(earlier.listed(files[kind], one.command))
            written[kind.name] = (places[kind], files[kind])
    _finish(library, written)
    return 0


def _finish(library: Library, written: Mapping[str, tuple[Path, Mapping[str, bytes]]]) -> None:
    """Say what was written."""
    rows, data = [], {}
    for name, (place, files) in written.items():
        size = sum(map(len, files.values()))
        rows.append((name, str(len(files)), f"{size:,}", str(place)))
        data[name] = {"out": str(place), "files": sorted(files), "bytes": size}
    text = console.table(("target", "files", "bytes", "folder"), rows)
    console.finish(text, {"name": library.name, "version": library.about.version, "targets": data})


if __name__ == "__main__":
    console.run(main)
