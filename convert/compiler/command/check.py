"""Prove on this machine that a model's C gives the bytes of the runtimes.

The C of every --match is compiled and run beside LiteRT, its reference kernels, and TensorFlow Lite
Micro, as far as they are installed. The status is 1 when a byte differs from the runtime that
a mode must match.

For example:
  thimble check model.tflite
  thimble check model.tflite --count 10000 --inputs recorded.npz
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from convert import tflite
from convert.compiler import check, samples
from convert.compiler.arithmetic.match import RUNTIME, Match
from convert.compiler.build import Compiled
from convert.compiler.command import line
from convert.compiler.ir import Array, Graph
from runtime import console, numbers
from runtime import options as data
from runtime.errors import GateError, ModelError

COUNT = 1000
"""Inputs, unless otherwise said."""


def parser() -> argparse.ArgumentParser:
    """The command line of ``thimble check``."""
    result = console.Parser("python -m convert.compiler.command.check", description=__doc__)
    line.add_model(result)
    result.add_argument(
        "--count",
        type=numbers.whole(1),
        default=COUNT,
        metavar="N",
        help="inputs to run, in sequence where the network keeps a state; default %(default)s",
    )
    line.add_inputs(result)
    line.add_code(result)
    result.set_defaults(match=Match.XNNPACK)  # every one is tried
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    line.one_kind_of_inputs(options)
    run(options, options.count)
    return 0


def run(options: argparse.Namespace, count: int) -> None:
    """Show how many bytes differ; raises GateError when any does, or nothing could be compared."""
    model, how = tflite.read(options.model), line.chosen(options)
    modes = check.compile_modes(model, how)
    compiled = [one for one in modes.values() if isinstance(one, Compiled)]
    if not compiled:
        raise ModelError(str(next(iter(modes.values()))))
    given = _inputs(compiled[0].unit.network, options, count)
    rows = check.check(model, modes, given)
    console.finish(as_text(rows), [asdict(row) for row in rows])
    if any(row.is_wrong for row in rows):
        raise GateError("the C differs from the runtime that it must match")
    if not any(row.is_proof for row in rows):
        raise GateError("no mode of the C could be compared with its runtime")


def _inputs(network: Graph, options: argparse.Namespace, count: int) -> list[Array]:
    """What is asked for, or MNIST where it fits, or random numbers."""
    if options.inputs is not None:
        return samples.load(options.inputs, network, count)
    found = samples.examples(network, options.model, data.wanted(options), count)
    return found or samples.random(network, count, options.seed)


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
    own = [row for row in rows if row.mode is row.runtime]
    verdicts = [
        f"--match {row.mode}: "
        + (
            f"not compared: {row.problem}"
            if row.problem
            else "DIFFERS from its runtime"
            if row.differing
            else "equals its runtime"
        )
        for row in own
    ]
    firsts = [f"{row.mode}: {row.first}" for row in rows if row.is_wrong and row.first]
    return "\n\n".join([console.table(header, cells), "\n".join(verdicts), *firsts])


if __name__ == "__main__":
    console.run(main)
