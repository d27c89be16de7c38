"""What the compiler's commands take in common: the model, and what decides the generated code."""

import argparse
from pathlib import Path

from convert.compiler.arithmetic.match import RUNTIME, Match
from convert.compiler.targets.options import Io, Optimize, Options, Target
from runtime import numbers
from runtime import options as data
from runtime.errors import DataError


def add_model(parser: argparse.ArgumentParser) -> None:
    """The model to compile."""
    parser.add_argument(
        "model", type=Path, help="an int8 .tflite, or C source with one in an array"
    )


def add_match(parser: argparse.ArgumentParser) -> None:
    """Whose bytes the C gives."""
    parser.add_argument(
        "--match",
        choices=list(Match),
        default=Match.XNNPACK,
        help="; ".join(f"{match}: {name}" for match, name in RUNTIME.items()),
    )


def add_code(parser: argparse.ArgumentParser) -> None:
    """What else decides the generated code."""
    parser.add_argument(
        "--target",
        choices=list(Target),
        default=Target.GENERIC,
        help="the core that it is made fast for; generic (default) is plain C99",
    )
    add_kernels(parser)


def add_kernels(parser: argparse.ArgumentParser) -> None:
    """What decides it besides the core."""
    parser.add_argument(
        "--optimize",
        choices=list(Optimize),
        default=Optimize.SPEED,
        help="of a core's kernels, take the fastest (default) or the smallest, which also run in "
        "bands of rows where that saves much RAM",
    )
    parser.add_argument(
        "--io",
        choices=list(Io),
        default=Io.FILE,
        help="types of inputs and outputs: as in the file (default), or int8, which leaves out the "
        "operators that only quantize inputs and dequantize outputs",
    )
    for what, unit in (
        ("flash", "bytes of tables"),
        ("ram", "bytes of arena; layers behind each other may run in bands of rows"),
    ):
        parser.add_argument(
            f"--max-{what}",
            type=numbers.whole(0),
            metavar="BYTES",
            help=f"take smaller kernels where the fastest would need more than this: {unit}",
        )


def add_inputs(parser: argparse.ArgumentParser, whose: str = "") -> None:
    """What is run through the network, to compare its answers."""
    parser.add_argument(
        "--inputs",
        type=Path,
        metavar="FILE",
        help=f"{whose}a .npz with arrays [N, ...] named like the model's inputs, or a .npy; "
        "default: MNIST where it is at hand and fits, else random numbers of every kind",
    )
    parser.add_argument(
        "--seed", type=numbers.whole(0), default=0, help="of the random inputs; default 0"
    )
    data.add_data(parser)
    data.add_task(parser)


def add_cc(parser: argparse.ArgumentParser, whose: str = "") -> None:
    """The compiler that measures the code."""
    parser.add_argument(
        "--cc",
        metavar="COMMAND",
        help=f"{whose}also compile with this GCC and show code, tables and stack, "
        "for instance 'arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -O2'",
    )


def chosen(options: argparse.Namespace) -> Options:
    """What the options say of the generated code."""
    return chosen_for(options, options.target)


def chosen_for(options: argparse.Namespace, target: Target) -> Options:
    """The same for a core that another option names."""
    return Options(
        options.match,
        target,
        options.optimize,
        options.max_flash,
        options.max_ram,
        options.io,
    )


def one_kind_of_inputs(options: argparse.Namespace) -> None:
    """Raise DataError for inputs of two kinds."""
    if options.inputs is not None and options.data is not None:
        raise DataError("--inputs and --data are two kinds of inputs: give one of them")
