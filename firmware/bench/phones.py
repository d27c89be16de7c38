"""Prove and count networks on the cores of phones: ``python -m firmware.bench.phones``.

Plain C and the kernels for 64-bit Arm, each run in QEMU's user mode as a Cortex-A53, which has no
dot products of bytes, and as a Cortex-A76, which has them. Outputs are compared with LiteRT's on
this machine, and instructions are counted by a plugin; LiteRT's own were counted once. Without
--model: the bundled models and the networks of convert.networks. A byte that differs is an error.
"""

import argparse
import itertools
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.ir import Array
from convert.compiler.targets.options import Options, Target
from firmware import count_phone
from firmware.bench import networks, peers
from firmware.bench.networks import Question
from runtime import classifier, console, numbers
from runtime.errors import GateError

_INPUTS = 100
_COUNTED = 5
"""Inputs whose instructions are counted: one of each kind of random numbers."""
KERNELS = {"plain C": Target.GENERIC, "aarch64": Target.AARCH64}


@dataclass(frozen=True)
class Layer:
    """An operator on a core."""

    operator: str
    shapes: str
    kernel: str
    macs: int
    instructions: int


@dataclass(frozen=True)
class Row:
    """A network on a core, with one kind of kernels."""

    network: str
    cpu: str
    kernels: str
    macs: int
    instructions: int  # of an inference: the median
    inputs: int
    differing: int  # bytes of all outputs
    layers: tuple[Layer, ...]


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m firmware.bench.phones``."""
    result = console.Parser("python -m firmware.bench.phones", description=__doc__)
    result.add_argument(
        "--model",
        action="append",
        metavar="MODEL",
        help=f"only this, operator by operator: a .tflite, {', '.join(classifier.bundled())}, "
        f"{', '.join(peers.NETWORKS)}",
    )
    result.add_argument(
        "--cpu", action="append", choices=list(count_phone.CPUS), help="only this core"
    )
    result.add_argument(
        "--match",
        choices=list(Match),
        default=Match.XNNPACK,
        help="whose bytes the C gives (default: xnnpack)",
    )
    result.add_argument(
        "--count",
        type=numbers.whole(1),
        default=_INPUTS,
        metavar="N",
        help=f"random inputs that are compared (default: {_INPUTS})",
    )
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    names = options.model or [*sorted(classifier.bundled()), *peers.NETWORKS]
    match = Match(options.match)
    questions = [networks.ask(*_find(name), match, options.count) for name in names]
    ways = itertools.product(questions, options.cpu or count_phone.CPUS, KERNELS)
    rows = [measure(*way) for way in console.progress([*ways], "programs")]
    parts = [layers(row) for row in rows if options.model] + [table(rows)]
    console.finish("\n\n".join(parts), [asdict(row) for row in rows])
    for row in rows:
        if row.differing:
            raise GateError(
                f"{row.differing} bytes differ from the runtime's: {row.network}, {row.kernels}, "
                f"on a {row.cpu}"
            )
    return 0


def _find(name: str) -> tuple[str, tflite.Model]:
    if name in classifier.bundled():
        return name, networks.find(str(classifier.find(name)))[1]
    return networks.find(name)


def measure(question: Question, cpu: str, kernels: str) -> Row:
    """Compile, run on all inputs, count on a few; raises ToolError without the tools."""
    options = Options(question.match, KERNELS[kernels])
    compiled = compile_model(question.model, "model", options)
    with tempfile.TemporaryDirectory(prefix="thimble-phone-") as name:
        program = count_phone.build(compiled, Path(name), cpu)
        answers = program.answers(question.given)
        runs = program.run([array[:_COUNTED] for array in question.given])
    counts = np.median([run.steps for run in runs], axis=0)
    steps = compiled.unit.program.steps
    return Row(
        question.name,
        cpu,
        kernels,
        sum(step.macs for step in steps),
        round(np.median([run.total for run in runs])),
        len(answers),
        differing(answers, question.expected),
        tuple(
            Layer(step.title, step.shapes, step.kernel, step.macs, round(taken))
            for step, taken in zip(steps, counts, strict=True)
        ),
    )


def differing(answers: Sequence[Sequence[Array]], expected: Sequence[Array]) -> int:
    """Bytes in which the outputs of all runs differ from the runtime's."""
    total = 0
    for number, theirs in enumerate(expected):
        ours = b"".join(answer[number].tobytes() for answer in answers)
        pair = (np.frombuffer(content, np.uint8) for content in (ours, theirs.tobytes()))
        total += int(np.not_equal(*pair).sum())
    return total


def table(rows: Sequence[Row]) -> str:
    """Instructions with each kind of kernels, side by side for each core."""
    plain = {(row.network, row.cpu): row for row in rows if row.kernels == "plain C"}
    cells = []
    for row in rows:
        before = plain[row.network, row.cpu].instructions
        litert = peers.LITERT.get(row.network, {}).get(row.cpu)
        cells.append(
            (
                row.network,
                row.cpu,
                row.kernels,
                f"{row.instructions:,}",
                f"{before / row.instructions:.1f}x" if row.kernels != "plain C" else "",
                f"{row.instructions / row.macs:.2f}" if row.macs else "",
                f"{litert:,}" if litert else "",
                f"{row.inputs:,}",
                f"{row.differing:,}",
            )
        )
    header = ("network", "core", "kernels", "instructions", "fewer", "per MAC", "LiteRT")
    return console.table((*header, "inputs", "differing bytes"), cells)


def layers(row: Row) -> str:
    """Operator by operator."""
    cells = [
        (
            one.operator,
            one.shapes,
            one.kernel,
            f"{one.macs:,}",
            f"{one.instructions:,}",
            f"{one.instructions / one.macs:.2f}" if one.macs else "",
        )
        for one in row.layers
    ]
    header = ("operator", "shapes", "kernel", "MACs", "instructions", "per MAC")
    return f"{row.network}, {row.kernels}, {row.cpu}\n\n{console.table(header, cells)}"


if __name__ == "__main__":
    console.run(main)
