"""Compile an int8 ``.tflite`` to standalone C: ``python -m convert.compiler model.tflite``.

Writes NAME.h and NAME.c: no interpreter, no heap, no libc; outputs equal the runtime that --match
names, byte for byte; RAM is known at compile time.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from convert import carray, publish, tflite
from convert.compiler import estimate
from convert.compiler.build import Compiled, compile_model
from convert.compiler.command import check, line
from convert.compiler.command.estimate import show
from runtime import console, numbers
from runtime.errors import DataError


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.compiler``."""
    result = console.Parser("python -m convert.compiler", description=__doc__)
    line.add_model(result)
    line.add_match(result)
    line.add_code(result)
    result.add_argument(
        "--name",
        type=carray.name_argument,
        help="starts every public name; default: the model's file name",
    )
    result.add_argument("--out", type=Path, metavar="DIR", help="default: beside the model")
    result.add_argument("--estimate", action="store_true", help="show the cost, write nothing")
    result.add_argument("--dump", action="store_true", help="show every stage, write nothing")
    line.add_cc(result, "of --estimate: ")
    result.add_argument(
        "--check",
        type=numbers.whole(1),
        metavar="N",
        help="compile for this machine, run N inputs through all modes and runtimes; in sequence "
        "where the network keeps a state",
    )
    line.add_inputs(result, "of --check: ")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    _check_options(options)
    if options.check is not None:
        check.run(options, options.check)
        return 0
    model = tflite.read(options.model)
    name = carray.c_name(options.name or options.model.stem)
    compiled = compile_model(model, name, line.chosen(options), options.model.name)
    if options.dump:
        text = estimate.dump(compiled.unit)
        console.finish(text, {"stages": text.splitlines()})
    elif options.estimate:
        show(compiled, options.cc)
    else:
        _write(compiled, options)
    return 0


def _check_options(options: argparse.Namespace) -> None:
    """Raise DataError for options that mean nothing, or nothing together."""
    for name in ("inputs", "data"):
        if options.check is None and getattr(options, name) is not None:
            raise DataError(f"--{name} is of --check: say how many of them, --check N")
    line.one_kind_of_inputs(options)
    if options.cc is not None and not options.estimate:
        raise DataError("--cc is of --estimate: add it")
    if options.check is not None and (options.estimate or options.dump):
        raise DataError("--check cannot go with --estimate or --dump: give one of them")


def _write(compiled: Compiled, options: argparse.Namespace) -> None:
    out = options.out or options.model.parent
    publish.files(out, compiled.files(), source=options.model, own=True)
    files = [str(out / file) for file in compiled.files()]
    rows = {"ram": compiled.unit.arena, "state": compiled.unit.state, "flash": compiled.unit.flash}
    names = {
        "ram": "RAM: arena",
        "state": "RAM: state, kept between runs",
        "flash": "flash: tables",
    }
    cells = [(names[key], f"{size:,}") for key, size in rows.items() if size or key != "state"]
    text = f"{console.table(('bytes', 'needed'), cells)}\n\nwrote {' and '.join(files)}"
    console.finish(text, {"files": files, **rows})


if __name__ == "__main__":
    console.run(main)
