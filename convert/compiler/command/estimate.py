"""What a model costs as C, layer by layer, before anything is flashed; writes nothing.

Flash and RAM are exact, instructions estimated from counts of the kernels in an emulator. With
--cc a compiler measures code and stack as well.

For example:
  thimble estimate model.tflite --target cortex-m4
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from convert import carray, tflite
from convert.compiler import estimate, toolchain
from convert.compiler.build import Compiled, compile_model
from convert.compiler.command import line
from runtime import console


def parser() -> argparse.ArgumentParser:
    """The command line of ``thimble estimate``."""
    result = console.Parser("python -m convert.compiler.command.estimate", description=__doc__)
    line.add_model(result)
    line.add_match(result)
    line.add_code(result)
    line.add_cc(result)
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    model, name = tflite.read(options.model), carray.c_name(options.model.stem)
    show(compile_model(model, name, line.chosen(options), options.model.name), options.cc)
    return 0


def show(compiled: Compiled, cc: str | None) -> None:
    """Print what ``compiled`` costs; with ``cc`` also what that compiler makes of it."""
    parts, data = [estimate.report(compiled.unit)], estimate.as_data(compiled.unit)
    if cc is not None:
        cost = toolchain.measure(compiled, cc)
        parts.append(estimate.measured(cost, cc))
        data |= {"compiler": cc, "measured": asdict(cost)}
    console.finish("\n".join(parts), data)


if __name__ == "__main__":
    console.run(main)
