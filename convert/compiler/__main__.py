"""Compile an int8 ``.tflite`` to standalone C: ``python -m convert.compiler model.tflite``.

Writes NAME.h and NAME.c: no interpreter, no heap, no libc; outputs equal the runtime that --match
names, byte for byte; RAM is known at compile time.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from convert import carray, publish, tflite
from convert.compiler import check, estimate, toolchain
from convert.compiler.arithmetic.match import RUNTIME, Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.targets.options import Optimize, Options, Target
from runtime import console, dataset
from runtime.errors import DataError, GateError


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.compiler``."""
    result = console.Parser("python -m convert.compiler", description=__doc__)
    result.add_argument("model", type=Path, help="a full-int8 .tflite")
    result.add_argument(
        "--match",
        type=Match,
        choices=list(Match),
        default=Match.XNNPACK,
        help="; ".join(f"{match}: {name}" for match, name in RUNTIME.items()),
    )
    result.add_argument(
        "--target",
        type=Target,
        choices=list(Target),
        default=Target.GENERIC,
        help="the core that it is made fast for; generic (default) is plain C99",
    )
    result.add_argument(
        "--optimize",
        type=Optimize,
        choices=list(Optimize),
        default=Optimize.SPEED,
        help="of a core's kernels, take the fastest (default) or the smallest",
    )
    for what, unit in (("flash", "bytes of tables"), ("ram", "bytes of arena")):
        result.add_argument(
            f"--max-{what}",
            type=int,
            metavar="BYTES",
            help=f"take smaller kernels where the fastest would need more than this: {unit}",
        )
    result.add_argument("--name", help="starts every public name; default: the model's file name")
    result.add_argument("--out", type=Path, metavar="DIR", help="default: beside the model")
    result.add_argument("--estimate", action="store_true", help="show the cost, write nothing")
    result.add_argument("--dump", action="store_true", help="show every stage, write nothing")
    result.add_argument(
        "--cc",
        metavar="COMMAND",
        help="of --estimate: also compile with this GCC and show code, tables and stack, "
        "for instance 'arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -O2'",
    )
    result.add_argument(
        "--check",
        type=int,
        metavar="N",
        help="compile for this machine, run N test images through all modes and runtimes",
    )
    result.add_argument("--data", type=Path, metavar="DIR", help="of --check: MNIST's files")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    model = tflite.read(options.model)
    name = carray.c_name(options.name or options.model.stem)
    if options.check is not None:
        return _check(model, options)
    compiled = compile_model(
        model,
        name,
        Options(
            options.match, options.target, options.optimize, options.max_flash, options.max_ram
        ),
    )
    if options.dump or options.estimate:
        return _show(compiled, options)
    out = options.out or options.model.parent
    publish.files(out, compiled.files())
    files = [str(out / file) for file in compiled.files()]
    ram, flash = compiled.unit.arena, compiled.unit.program.flash
    rows = [("RAM", f"{ram:,}"), ("flash: tables", f"{flash:,}")]
    text = f"{console.table(('bytes', 'needed'), rows)}\n\nwrote {' and '.join(files)}"
    console.finish(text, {"files": files, "ram": ram, "flash": flash})
    return 0


def _show(compiled: Compiled, options: argparse.Namespace) -> int:
    """The stages of the compilation, or what the result costs; writes nothing."""
    if options.dump:
        text = estimate.dump(compiled.unit)
        console.finish(text, {"stages": text.splitlines()})
        return 0
    parts, data = [estimate.report(compiled.unit)], estimate.as_data(compiled.unit)
    if options.cc:
        cost = toolchain.measure(compiled, options.cc)
        parts.append(estimate.measured(cost, options.cc))
        data |= {"compiler": options.cc, "measured": asdict(cost)}
    console.finish("\n".join(parts), data)
    return 0


def _check(model: tflite.Model, options: argparse.Namespace) -> int:
    if options.check < 1:
        raise DataError("--check needs at least 1 image")
    images = dataset.read_test(options.data).images[: options.check]
    rows = check.check(model, options.model, images)
    header = ("C for --match", "runtime", "images", "differing bytes", "differing images")
    cells = [
        (r.mode, RUNTIME[r.runtime], f"{r.images:,}", f"{r.differing:,}", f"{r.images_differing:,}")
        for r in rows
    ]
    console.finish(console.table(header, cells), [asdict(row) for row in rows])
    if any(row.differing for row in rows if row.mode is row.runtime):
        raise GateError("the C differs from the runtime that it must match")
    return 0


if __name__ == "__main__":
    console.run(main)
