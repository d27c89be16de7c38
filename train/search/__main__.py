"""See ``train.search.command``.

This is where a search meets its judge, so it alone of ``train`` imports what lies above: nothing
imports it but the list of commands.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import Any

import optuna

from convert import publish
from convert.search import limits, page
from convert.search.judge import Judge
from runtime import children, console
from runtime.errors import DataError
from train import fit
from train.search import command, finalist, place, record, run, sampler, starts, study
from train.search.apart import Apart
from train.search.command import Request
from train.search.finalist import Finish
from train.search.lesson import Lesson
from train.search.record import Record
from train.search.space import Space
from train.search.trial import Objective


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m train.search``."""
    result = command.parser()
    limits.add(result)
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    given = console.parse(parser(), argv)
    bounds = limits.chosen(given)
    asked = command.requested(given, bounds.title)
    with study.reached(asked.storage):
        return _run(given, asked, bounds, list(sys.argv[1:] if argv is None else argv))


def _run(given: argparse.Namespace, asked: Request, bounds: limits.Limits, words: list[str]) -> int:
    wanted = starts.wanted(given.start, asked.space)
    if asked.is_local:
        if given.export is not None and not (asked.folder / "study.db").exists():
            raise DataError(f"there is no search {asked.name!r} in {asked.folder}: start one first")
        place.make(asked.folder)
    alone = asked.is_local and given.jobs == 1 and not given.worker
    storage = study.connect(asked.storage, alone=alone)
    dataset = fit.loaded(place.fetched(asked.wanted, given.data_url, asked.folder))
    if not dataset.names:
        raise DataError("a search judges by accuracy: give data with classes")
    asked = replace(asked, wanted=fit.scaled(asked.wanted, dataset.task))
    judge = Judge(dataset.task, len(dataset.names), bounds)
    finish = Finish(dataset, judge, given.seed, given.threads, given.epochs)
    if given.export is not None:
        return _export(study.load(storage, asked.name), given.export, finish, asked)
    lesson = Lesson(dataset, judge, given.seed, given.threads)
    known = study.begin(
        storage,
        asked.name,
        _terms(asked.space, lesson),
        lambda: starts.first(asked.space, judge, wanted),
    )
    known.sampler = sampler.Seeded(given.seed)
    study.require(known, wanted)
    with (
        study.at_work(asked.folder, known) if asked.is_local else nullcontext(),
        _helped(given, words),
        closing(Apart(lesson)) as trained,
    ):
        run.work(known, Objective(asked.space, judge, trained), asked.budget)
    if given.worker:
        console.finish("", {"name": asked.name})
        return 0
    return _end(known, finish, asked)


def _terms(space: Space, lesson: Lesson) -> dict[str, Any]:
    """All that decides a search."""
    return {
        "format": study.FORMAT,
        "thimble": version("thimble"),
        "data": lesson.dataset.sha256,
        "space": space.sha256,
        "costs": lesson.judge.describe(),
        "seed": lesson.seed,
        "rungs": [asdict(rung) for rung in lesson.rungs],
    }


@contextmanager
def _helped(given: argparse.Namespace, words: list[str]) -> Iterator[None]:
    """The work of further processes as long as this one works."""
    begin = [*children.python("train.search"), *words, "--worker", "--jobs", "1", "--quiet"]
    begin = [word for word in begin if word != "--json"]
    helpers = [
        subprocess.Popen(begin, preexec_fn=children.TIED)  # noqa: PLW1509 - no threads of ours yet
        for _ in range(given.jobs - 1)
    ]
    try:
        yield
    except BaseException:
        for helper in helpers:
            helper.terminate()
        raise
    finally:
        for helper in helpers:
            helper.wait()


def _export(known: optuna.Study, number: int, how: Finish, asked: Request) -> int:
    """Leave a network as a float model."""
    rows = {row.number: row for row in record.of(known).rows}
    study.compare(asked.name, {"data": study.terms_of(known)["data"]}, {"data": how.dataset.sha256})
    if number not in rows:
        raise DataError(f"trial {number} has no trained network: choose one that search.html shows")
    folder = place.point(asked.folder, asked.name, number)
    path = folder.with_name(f"{folder.name}.keras")
    if not path.exists():
        console.note(f"training {rows[number].point.line()}")
        finalist.write(folder, *how.train(rows[number].point), how.recipe)
    data = place.data_words(asked.wanted)
    line = f"python -m convert.export --model {path}{data}"
    console.finish(f"wrote {path}, its curves and its recipe\nnext: {line}", {"model": str(path)})
    return 0


def _end(known: optuna.Study, how: Finish, asked: Request) -> int:
    """Train finalists, write the page, and show what came out."""
    found, last = record.of(known), asked.last
    rows = {row.number: row for row in found.rows}
    if unknown := [number for number in last.also if number not in rows]:
        raise DataError(f"--also {unknown[0]}: no network was trained in that trial")
    chosen = [row.number for row in finalist.chosen(found.best(0), last.count)]
    for seed in range(how.seed, how.seed + last.seeds):
        for number in dict.fromkeys((*chosen, *last.also)):
            path = place.point(asked.folder, asked.name, number)
            finalist.finish(known, rows[number], replace(how, seed=seed), path)
    publish.files(asked.folder, {"search.html": page.render(page.told(known, asked)).encode()})
    return _show(known, asked, found)


def _show(known: optuna.Study, asked: Request, found: Record) -> int:
    tested = finalist.kept(known)
    rows = []
    best = {row.number: row for row in found.best(0)}
    extra = [row for row in found.rows if row.number in tested and row.number not in best]
    for row in (*best.values(), *extra):
        tests = tested.get(row.number, ())
        share = f"{100 * finalist.mean(tests):.2f} %" if tests else ""
        costs = [f"{one:,}" for one in row.costs]
        rows.append(
            (row.point.line(), str(row.number), f"{100 * row.accuracy:.2f} %", share, *costs)
        )
    header = ("network", "trial", "int8, held out", "int8, test", "instructions", "flash", "RAM")
    refused = ", ".join(f"{count} {reason}" for reason, count in sorted(found.refused.items()))
    text = [
        console.table(header, rows),
        "",
        f"{found.trials} networks drawn, {len(found.rows)} trained, {sum(found.refused.values())} "
        f"refused before that ({refused or 'none'}), {found.known} drawn twice",
        f"{asked.folder / 'search.html'} shows them",
    ]
    console.finish("\n".join(text), _data(found, tested))
    return 0


def _data(found: Record, tested: Mapping[int, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """The same for machines."""
    best = [
        {"trial": row.number, "accuracy": row.accuracy, **asdict(row.cost)}
        | {"network": row.point.line(), "finalist": list(tested.get(row.number, ()))}
        for row in found.best(0)
    ]
    return {"best": best, "trials": found.trials, "trained": len(found.rows)} | {
        "refused": dict(found.refused), "known": found.known
    }  # fmt: skip


if __name__ == "__main__":
    console.run(main)
