"""Count what inference takes on every core: ``python -m firmware.bench``, ``make bench``.

Without --model: the presets, each built as firmware, booted in the emulator and compared with the
runtime on test images, and the networks of convert.networks, without firmware on random inputs;
writes bench/results.json and bench/README.md. With --model any .tflite, operator by operator.
A byte that differs from the runtime's is an error. For the Cortex-M4 cycles are estimated. Two runs
give the same counts.
"""

import argparse
import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from convert import publish
from convert.compiler.arithmetic.match import Match
from convert.compiler.targets.options import Optimize, Target
from firmware import boards
from firmware.bench import networks, page, peers, presets
from runtime import classifier, console, numbers, reading
from runtime.errors import DataError, GateError
from runtime.tasks import digits

_IMAGES = 20  # of a preset
_INPUTS = 5  # of any other network: one of each kind of random numbers
_OUT = Path("bench")


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m firmware.bench``."""
    result = console.Parser("python -m firmware.bench", description=__doc__)
    targets = [boards.find(name).target for name in presets.BOARDS]
    result.add_argument("--target", action="append", choices=targets, help="only this core")
    result.add_argument(
        "--model",
        action="append",
        metavar="MODEL",
        help=f"only this: a .tflite; {', '.join(classifier.bundled())}, as firmware; "
        f"or {', '.join(peers.NETWORKS)}",
    )
    result.add_argument(
        "--plain", action="store_true", help="of --model, a .tflite: count plain C, for any core"
    )
    result.add_argument("--optimize", choices=list(Optimize), help="only so; default: both")
    result.add_argument(
        "--match",
        choices=list(Match),
        help="only for this runtime's bytes; default: all of the presets, xnnpack of the others",
    )
    result.add_argument(
        "--inputs",
        type=Path,
        metavar="FILE",
        help="of a .tflite: a .npz with arrays [N, ...] named like the model's inputs, or a .npy; "
        f"default: {_INPUTS} random ones from a fixed seed",
    )
    result.add_argument(
        "--images",
        type=numbers.whole(1),
        default=_IMAGES,
        metavar="N",
        help=f"of the presets, to compare; default {_IMAGES}",
    )
    result.add_argument("--data", type=Path, metavar="DIR", help="of the presets: MNIST's files")
    result.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help=f"where results.json and README.md go; default: {_OUT}, with --model nowhere",
    )
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    names = options.model or [*sorted(classifier.bundled()), *peers.NETWORKS]
    bundled = [name for name in names if name in classifier.bundled()]
    others = [name for name in names if name not in bundled]
    if options.inputs and (len(others), bundled) != (1, []):
        raise DataError("--inputs is of one .tflite: name it, and nothing else, with --model")
    if options.plain and (bundled or not options.model):
        raise DataError("--plain is of --model with a .tflite: name one by its path")
    # First what may be refused at once, before anything has been counted for minutes.
    questions = [_question(name, options) for name in others]
    rows = _presets(bundled, options)
    counted = _networks(questions, options)
    tools = page.versions()
    data = {
        "versions": tools,
        "rows": [asdict(row) for row in rows],
        "networks": [row.as_data() for row in counted],
    }
    parts = _tables(rows, counted, options)
    wrong = [row for row in counted if row.differing]
    out = options.out or (None if options.model else _OUT)
    if out and not wrong:
        files = {
            "results.json": json.dumps(data, indent=1) + "\n",
            "README.md": page.document(rows, counted, tools),
        }
        publish.files(out, {name: text.encode() for name, text in files.items()})
        parts.append(f"wrote {out}/results.json and README.md")
    console.finish("\n" + "\n\n".join(parts), data)
    for row in wrong:
        raise GateError(
            f"{row.differing} bytes differ from the runtime's: {row.network} on {row.target} "
            f"(--match {row.match} --optimize {row.optimize})"
        )
    return 0


def _tables(
    rows: Sequence[presets.Row], counted: Sequence[networks.Row], options: argparse.Namespace
) -> list[str]:
    """What the command prints; operators only of what it was asked for by name."""
    parts = [page.layer_table(row) for row in counted if options.model]
    parts += [page.table(rows, Match(options.match or Match.XNNPACK))] if rows else []
    return parts + ([page.network_table(counted)] if counted else [])


def _ways(options: argparse.Namespace) -> list[Optimize]:
    return [Optimize(options.optimize)] if options.optimize else list(Optimize)


def _targets(options: argparse.Namespace) -> list[str]:
    known = [boards.find(name).target for name in presets.BOARDS]
    return [target for target in known if target in (options.target or known)]


def _question(name: str, options: argparse.Namespace) -> networks.Question:
    match = Match(options.match or Match.XNNPACK)
    return networks.ask(*networks.find(name), match, options.inputs or _INPUTS)


def _presets(names: Sequence[str], options: argparse.Namespace) -> list[presets.Row]:
    if not names:
        return []
    images = reading.judged_on(digits.TASK, options.data).inputs[: options.images]
    measured = [boards.find(name) for name in presets.BOARDS]
    measured = [board for board in measured if board.target in _targets(options)]
    matches = [Match(options.match)] if options.match else list(Match)
    requests = itertools.product(names, matches, _ways(options))
    rows = []
    for board, request in console.progress([*itertools.product(measured, requests)], "builds"):
        row = presets.measure(board, request, images)
        rows.append(row)
        console.note(f"{board.target} {' '.join(request)}: {row.instructions:,}")
    return rows


def _networks(
    questions: Sequence[networks.Question], options: argparse.Namespace
) -> list[networks.Row]:
    rows = []
    ways = itertools.product(questions, _targets(options), _ways(options))
    for question, target, optimize in console.progress([*ways], "networks"):
        row = networks.measure(question, Target(target), optimize, plain=options.plain)
        rows.append(row)
        console.note(f"{target} {question.name} {optimize}: {row.instructions:,}")
    return rows


if __name__ == "__main__":
    console.run(main)
