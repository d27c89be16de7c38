"""What becomes of a folder of models: ``python -m convert.compiler.survey FOLDER``.

A row for each ``.tflite``, and each C file with one in an array: whether it compiles, whether each
mode equals its runtime on this machine, and what it needs; or why not.
"""

import argparse
import enum
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from convert import csource, publish, tflite
from convert.compiler import check, samples
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled
from convert.compiler.targets.options import Options
from runtime import console, numbers
from runtime.errors import DataError, ThimbleError

INPUTS = 20


class Outcome(enum.StrEnum):
    """What becomes of a model."""

    EXACT = "exact"  # in every mode that could be compared
    WRONG = "wrong"
    UNPROVEN = "compiles"  # and nothing could be compared
    REFUSED = "refused"
    FAILED = "failed"  # a defect of thimble


@dataclass(frozen=True)
class Line:
    """One file."""

    file: str
    operators: dict[str, int] = field(default_factory=dict)  # how many of each
    outcome: Outcome = Outcome.REFUSED
    differing: dict[str, int | None] = field(default_factory=dict)  # inputs, by mode; None: unknown
    arena: int = 0  # bytes
    state: int = 0
    flash: int = 0
    why: str = ""  # what does not run, in a phrase


def survey(folder: Path, count: int = INPUTS, seed: int = 0) -> list[Line]:
    """A line for each model below ``folder``, which is run on ``count`` random inputs."""
    files = list(models(folder))
    return [line(folder, path, count, seed) for path in console.progress(files, "models")]


def models(folder: Path) -> Iterator[Path]:
    """The models below ``folder``: every ``.tflite``, and C source with a model in it."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".tflite" and path.is_file():
            yield path
        elif path.suffix in csource.SUFFIXES and path.is_file():
            try:
                if csource.models(path.read_bytes()):
                    yield path
            except OSError:
                continue


def line(folder: Path, path: Path, count: int, seed: int) -> Line:
    """The line of one file, whatever happens to it."""
    name = path.relative_to(folder).as_posix()
    operators: dict[str, int] = {}
    try:
        model = tflite.read(path)
        operators = dict(sorted(Counter(model.op_names).items()))
        return _line(Line(name, operators), model, count, seed)
    except ThimbleError as error:
        why = str(error).removeprefix(str(path)).strip()
        return Line(name, operators, Outcome.REFUSED, why=why)
    except Exception as error:
        why = f"{type(error).__name__}: {' '.join(str(error).split())}"
        return Line(name, operators, Outcome.FAILED, why=why)


def _line(start: Line, model: tflite.Model, count: int, seed: int) -> Line:
    modes = check.compile_modes(model, Options())
    compiled = [one for one in modes.values() if isinstance(one, Compiled)]
    if not compiled:
        why = "; ".join(dict.fromkeys(str(reason) for reason in modes.values()))
        return Line(start.file, start.operators, Outcome.REFUSED, why=why)
    unit = compiled[0].unit
    rows = check.check(model, modes, samples.random(unit.network, count, seed))
    own = {row.mode: row for row in rows if row.mode is row.runtime}
    proofs = [row for row in own.values() if row.is_proof]
    outcome = Outcome.EXACT if proofs else Outcome.UNPROVEN
    reasons = [f"{row.mode}: {row.first or row.problem}" for row in own.values() if _is_bad(row)]
    return Line(
        start.file,
        start.operators,
        Outcome.WRONG if any(row.is_wrong for row in proofs) else outcome,
        {str(m): None if row.problem else row.inputs_differing for m, row in own.items()},
        unit.arena,
        unit.state,
        unit.flash,
        "; ".join(dict.fromkeys(reasons)),
    )


def _is_bad(row: check.Row) -> bool:
    return bool(row.problem) or row.is_wrong


def as_text(lines: Sequence[Line], count: int) -> str:
    """The table, and its sums."""
    modes = [str(match) for match in Match]
    header = ("file", "operators", "outcome", *modes, "arena", "state", "flash tables", "why not")
    cells = [
        (
            one.file,
            ", ".join(f"{name} {n}" if n > 1 else name for name, n in one.operators.items()),
            str(one.outcome),
            *(_differing(one.differing.get(mode), count) for mode in modes),
            *(f"{size:,}" if one.differing else "-" for size in (one.arena, one.state, one.flash)),
            one.why.replace("|", "/"),
        )
        for one in lines
    ]
    sums = Counter(str(one.outcome) for one in lines)
    total = ", ".join(f"{sums[kind]} {kind}" for kind in map(str, Outcome) if sums[kind])
    explained = f"xnnpack, ref, tflm: inputs of {count} on which that mode differs from its runtime"
    return f"{console.table(header, cells)}\n\n{explained}; sizes in bytes.\n{total}"


def _differing(inputs: int | None, count: int) -> str:
    return "-" if inputs is None else f"{inputs} of {count}"


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.compiler.survey``."""
    result = console.Parser("python -m convert.compiler.survey", description=__doc__)
    result.add_argument("folder", type=Path, help="is searched with all folders in it")
    result.add_argument(
        "-n",
        type=numbers.whole(1),
        default=INPUTS,
        metavar="N",
        help="inputs for each; default %(default)s",
    )
    result.add_argument(
        "--seed", type=numbers.whole(0), default=0, help="of the random inputs; default 0"
    )
    result.add_argument("--out", type=Path, metavar="FILE", help="write the table there as well")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status: 1 when any file is wrong or failed."""
    options = console.parse(parser(), argv)
    if not options.folder.is_dir():
        raise DataError(f"{options.folder} is not a folder: give one with models in it")
    lines = survey(options.folder, options.n, options.seed)
    if not lines:
        raise DataError(f"{options.folder} holds no .tflite and no C array of one")
    text = as_text(lines, options.n)
    if options.out:
        publish.files(options.out.parent, {options.out.name: f"{text}\n".encode()})
    console.finish(text, [asdict(one) for one in lines])
    return int(any(one.outcome in (Outcome.WRONG, Outcome.FAILED) for one in lines))


if __name__ == "__main__":
    console.run(main)
