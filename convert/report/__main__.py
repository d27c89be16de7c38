"""Make a report again, or compare two: ``python -m convert.report build/base``.

With a folder: writes report.html and report.json there again, from the export's own figures and
from what other commands have left since: convert.sweep, firmware.validate, firmware.bench. With a
.tflite, or the name of a bundled model: a report on what it is made of and what it costs, without
data. With --diff: says what got better, worse, bigger, smaller, faster and slower from one
report.json to another, with --page as a page too; the exit status is 1 when something got worse by
more than --tolerance allows.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from convert import boards, publish
from convert.compiler.arithmetic.match import Match
from convert.report import bare, comparison, diff, document, gathered, missing, page
from convert.report.gathered import Places
from runtime import classifier, console, numbers
from runtime.errors import GateError


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.report``."""
    result = console.Parser("python -m convert.report", description=__doc__)
    what = result.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "source",
        type=Path,
        nargs="?",
        metavar="FOLDER or MODEL",
        help="an export's folder, such as build/base, a .tflite, or a bundled model's name",
    )
    what.add_argument(
        "--diff", type=Path, nargs=2, metavar=("OLD", "NEW"), help="compare two report.json"
    )
    result.add_argument(
        "--firmware",
        type=Path,
        default=Path("build/firmware"),
        metavar="DIR",
        help="where firmware.validate left its results; default: %(default)s",
    )
    result.add_argument(
        "--bench",
        type=Path,
        default=Path("bench/results.json"),
        metavar="FILE",
        help="what firmware.bench counted; default: %(default)s",
    )
    result.add_argument(
        "--page", type=Path, metavar="FILE", help="of --diff: write it as a page too, .html"
    )
    result.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="of a .tflite: where its report goes; default: build/NAME-report",
    )
    result.add_argument(
        "--match",
        choices=list(Match),
        default=Match.XNNPACK,
        help="of a .tflite: the runtime that the C equals; default: %(default)s",
    )
    result.add_argument(
        "--boards",
        type=Path,
        default=boards.FOLDER,
        metavar="DIR",
        help="of a .tflite: where boards are described; default: the project's own",
    )
    result.add_argument(
        "--tolerance",
        type=numbers.real(0),
        default=diff.TOLERANCE,
        metavar="PERCENT",
        help="of --diff: how much bigger or slower, in %%, is let pass; default: %(default)s",
    )
    result.add_argument(
        "--max-drop",
        type=numbers.real(0),
        default=diff.MAX_DROP,
        metavar="POINTS",
        help="of --diff: how many points of accuracy may be lost; default: %(default)s",
    )
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    if options.diff:
        old, new = options.diff
        return _diff(old, new, diff.Limits(options.tolerance, options.max_drop), options.page)
    name = str(options.source)
    if name in classifier.bundled() and not options.source.exists():
        options.source = classifier.find(name)
    if options.source.is_file():
        return _bare(options)
    return _again(options.source, Places(options.source, options.firmware, options.bench))


def _bare(options: argparse.Namespace) -> int:
    """The report on a model alone."""
    path: Path = options.source
    found = bare.report(path, options.match, boards.read(options.boards))
    folder = options.out or Path("build") / f"{found['model']}-report"
    publish.files(folder, page.files(found), own=True)
    fits = [row["board"] for row in (found["costs"] or {"boards": []})["boards"] if row["image"]]
    reason = found["absent"].get("costs")
    text = (
        f"no C can be made of it: {reason}" if reason else f"fits {', '.join(fits) or 'no board'}"
    )
    console.note(text)
    told = {"folder": str(folder), "boards": fits, "reason": reason}
    console.finish(f"wrote {folder}/report.html and report.json", told)
    return 0


def _again(folder: Path, places: Places) -> int:
    """The report of an export with what has been left since."""
    found = document.read(folder / "report.json")
    found |= gathered.gather(found, places)
    document.check(found)
    files = page.files(found)
    manifest = document.load(folder / "manifest.json")
    manifest["files"] |= publish.listed(files)
    publish.files(folder, files | {"manifest.json": document.dump(manifest)})
    console.note(f"wrote {folder}/report.html and report.json")
    absent = missing.parts(found)
    rows = [(what, command) for what, command in absent.values()]
    text = console.table(("not run", "to add it"), rows) if rows else "nothing is missing"
    console.finish(text, {"folder": str(folder), "not_run": dict(absent.values())})
    return 0


def _diff(old: Path, new: Path, limits: diff.Limits, html: Path | None) -> int:
    before, after = document.read(old), document.read(new)
    changes = diff.compare(before, after, limits)
    told = {"changes": [asdict(change) for change in changes]}
    if html:
        publish.files(html.parent, {html.name: comparison.render(before, after, changes).encode()})
    console.finish(diff.as_markdown(before, after, changes), told)
    beyond = [change.name for change in changes if change.beyond]
    if beyond:
        raise GateError(f"worse than is allowed: {', '.join(beyond)}")
    return 0


if __name__ == "__main__":
    console.run(main)
