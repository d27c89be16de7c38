"""Compile an int8 ``.tflite`` to standalone C: ``python -m convert.compiler model.tflite``.

Writes NAME.h and NAME.c: no interpreter, no heap, no libc; outputs equal the runtime that --match
names, byte for byte; RAM is known at compile time.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from convert import carray, publish, tflite
from convert.compiler import check, estimate, samples, toolchain
from convert.compiler.arithmetic.match import RUNTIME, Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.ir import Array, Graph
from convert.compiler.targets.options import Io, Optimize, Options, Target
from runtime import console, numbers
from runtime import options as data
from runtime.errors import DataError, GateError, ModelError


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.compiler``."""
    result = console.Parser("python -m convert.compiler", description=__doc__)
    result.add_argument(
        "model", type=Path, help="an int8 .tflite, or C source with one in an array"
    )
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
        help="of a core's kernels, take the fastest (default) or the smallest, which also run in "
        "bands of rows where that saves much RAM",
    )
    result.add_argument(
        "--io",
        type=Io,
        choices=list(Io),
        default=Io.FILE,
        help="types of inputs and outputs: as in the file (default), or int8, which leaves out the "
        "operators that only quantize inputs and dequantize outputs",
    )
    for what, unit in (
        ("flash", "bytes of tables"),
        ("ram", "bytes of arena; layers behind each other may run in bands of rows"),
    ):
        result.add_argument(
            f"--max-{what}",
            type=numbers.whole(0),
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
        type=numbers.whole(1),
        metavar="N",
        help="compile for this machine, run N inputs through all modes and runtimes; in sequence "
        "where the network keeps a state",
    )
    result.add_argument(
        "--inputs",
        type=Path,
        metavar="FILE",
        help="of --check: a .npz with arrays [N, ...] named like the model's inputs, or a .npy; "
        "default: MNIST where it is at hand and fits, else random numbers of every kind",
    )
    result.add_argument(
        "--seed", type=numbers.whole(0), default=0, help="of the random inputs; default 0"
    )
    data.add_data(result)
    data.add_task(result)
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    _check_options(options)
    model = tflite.read(options.model)
    if options.check is not None:
        return _check(model, options)
    name = carray.c_name(options.name or options.model.stem)
    compiled = compile_model(model, name, _chosen(options), options.model.name)
    if options.dump or options.estimate:
        return _show(compiled, options)
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
    return 0


def _check_options(options: argparse.Namespace) -> None:
    """Raise DataError for options that mean nothing, or nothing together."""
    if options.name is not None:
        carray.check_name(options.name)
    for name in ("max_flash", "max_ram"):
        if (getattr(options, name) or 0) < 0:
            raise DataError(
                f"--{name.replace('_', '-')} needs a number of bytes, not a negative one"
            )
    for name in ("inputs", "data"):
        if options.check is None and getattr(options, name) is not None:
            raise DataError(f"--{name} is of --check: say how many of them, --check N")
    if options.inputs is not None and options.data is not None:
        raise DataError("--inputs and --data are two kinds of inputs: give one of them")
    if options.cc is not None and not options.estimate:
        raise DataError("--cc is of --estimate: add it")
    if options.check is not None and (options.estimate or options.dump):
        raise DataError("--check cannot go with --estimate or --dump: give one of them")


def _chosen(options: argparse.Namespace) -> Options:
    return Options(
        options.match,
        options.target,
        options.optimize,
        options.max_flash,
        options.max_ram,
        options.io,
    )


def _show(compiled: Compiled, options: argparse.Namespace) -> int:
    """The stages of the compilation, or what the result costs; writes nothing."""
    if options.dump:
        text = estimate.dump(compiled.unit)
        console.finish(text, {"stages": text.splitlines()})
        return 0
    parts, data = [estimate.report(compiled.unit)], estimate.as_data(compiled.unit)
    if options.cc is not None:
        cost = toolchain.measure(compiled, options.cc)
        parts.append(estimate.measured(cost, options.cc))
        data |= {"compiler": options.cc, "measured": asdict(cost)}
    console.finish("\n".join(parts), data)
    return 0


def _check(model: tflite.Model, options: argparse.Namespace) -> int:
    modes = check.compile_modes(model, _chosen(options))
    compiled = [one for one in modes.values() if isinstance(one, Compiled)]
    if not compiled:
        raise ModelError(str(next(iter(modes.values()))))
    given = _inputs(compiled[0].unit.network, options)
    rows = check.check(model, modes, given)
    console.finish(as_text(rows), [asdict(row) for row in rows])
    if any(row.is_wrong for row in rows):
        raise GateError("the C differs from the runtime that it must match")
    if not any(row.is_proof for row in rows):
        raise GateError("no mode of the C could be compared with its runtime")
    return 0


def _inputs(network: Graph, options: argparse.Namespace) -> list[Array]:
    """What is asked for, or MNIST where it fits, or random numbers."""
    if options.inputs is not None:
        return samples.load(options.inputs, network, options.check)
    found = samples.examples(network, options.model, data.wanted(options), options.check)
    return found or samples.random(network, options.check, options.seed)


def as_text(rows: Sequence[check.Row]) -> str:
    """The table, and where a mode first differs from its own runtime."""
    header = ["C for --match", "runtime", "inputs", "differing bytes", "inputs that differ"]
    cells = [
        [r.mode, RUNTIME[r.runtime], f"{r.inputs:,}", f"{r.differing:,}", f"{r.inputs_differing:,}"]
        if not r.problem
        else [r.mode, RUNTIME[r.runtime], "-", "-", "-"]
        for r in rows
    ]
    if any(row.problem for row in rows):
        header.append("why not")
        cells = [[*line, row.problem] for line, row in zip(cells, rows, strict=True)]
    proofs = [row for row in rows if row.mode is row.runtime and not row.problem]
    verdicts = [
        f"--match {row.mode}: "
        + ("equals its runtime" if not row.differing else "DIFFERS from its runtime")
        for row in proofs
    ]
    firsts = [f"{row.mode}: {row.first}" for row in rows if row.is_wrong and row.first]
    return "\n\n".join([console.table(header, cells), "\n".join(verdicts), *firsts])


if __name__ == "__main__":
    console.run(main)
