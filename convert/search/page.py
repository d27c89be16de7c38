"""``search.html``: one file that shows what a search has found, in the style of a report."""

import shlex
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import optuna
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

from convert.report import page
from convert.search import drawings
from train import presets
from train.network import Network
from train.search import command, finalist, place, record, study
from train.search.command import Request
from train.search.record import Record, Row

TEMPLATES = Path(__file__).with_name("templates")
COSTS = ("instructions", "flash", "RAM")
_FEWEST = 10  # networks that say something of what mattered


def told(known: optuna.Study, asked: Request) -> dict[str, Any]:
    """What the page says of the search ``known``, as plain data."""
    found = record.of(known)
    tests = finalist.kept(known)
    best = [{row.number for row in found.best(cost)} for cost in range(len(COSTS))]
    shown = [row for row in found.rows if row.is_whole]
    rows = [_row(row, tests.get(row.number, ()), best) for row in shown]
    terms: Mapping[str, Any] = known.user_attrs["terms"]
    limits = terms["costs"]["limits"]
    return {
        "name": asked.name,
        "record": found,
        "terms": terms,
        "limits": {name: value for name, value in limits.items() if value is not None},
        "cycles": limits["target"] == "avr",
        "rows": sorted(rows, key=lambda row: (-row["accuracy"], row["number"])),
        "curves": [drawings.curve(found, cost, tests) for cost in range(len(COSTS))],
        "parallel": drawings.parallel(found, best[0]),
        "importances": importances(known, found),
        "export": f"thimble search {_again(asked, limits)} --export ",
        "then": f"thimble export --model {shlex.quote(f'{asked.folder}/{asked.name}-')}",
        "data": place.data_words(asked.wanted),
    }


def _again(asked: Request, limits: Mapping[str, Any]) -> str:
    """The options that name the search."""
    where = f"--board {limits['board']}" if limits["board"] else f"--target {limits['target']}"
    if limits.get("minimal"):
        where += " --minimal"
    if asked.folder.parent != command.OUT:
        where += f" --out {shlex.quote(str(asked.folder.parent))}"
    if not asked.is_local:
        where += f" --storage {shlex.quote(study.said(asked.storage))}"
    return f"--name {asked.name} {where}{place.data_words(asked.wanted)}"


def _row(row: Row, tests: Sequence[Mapping[str, Any]], best: Sequence[set[int]]) -> dict[str, Any]:
    return {
        "number": row.number,
        "line": row.point.line(),
        "drawing": drawings.network(row.point),
        "accuracy": row.accuracy,
        "tests": [one["test"] for one in tests],
        "test": finalist.mean(tests) if tests else None,
        "costs": row.costs,
        "preset": name_of(row),
        "worth": [COSTS[cost] for cost, numbers in enumerate(best) if row.number in numbers],
    }


def name_of(row: Row) -> str:
    """The preset whose network a row is; "": of none."""
    names = [one.name for one in presets.PRESETS.values() if one.network.key() == row.point.key()]
    return names[0] if names else ""


def importances(known: optuna.Study, found: Record) -> list[tuple[str, float]]:
    """What mattered for the error after the first rung, by Optuna: shares of 1, largest first."""
    if len(found.rows) < _FEWEST:
        return []
    first = optuna.create_study()
    trials = known.get_trials(deepcopy=False)
    for row in found.rows:
        one = trials[row.number]
        used = [name for name in one.params if _has(row.point, name)]
        first.add_trial(
            optuna.create_trial(
                params={name: one.params[name] for name in used},
                distributions={name: one.distributions[name] for name in used},
                value=1 - row.rungs[0],
            )
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            shares = get_param_importances(first, evaluator=PedAnovaImportanceEvaluator())
    except UserWarning:  # all are as good: nothing mattered
        return []
    return [(name, share) for name, share in shares.items() if share >= 0.005]


def _has(network: Network, parameter: str) -> bool:
    """Whether a network has the block that a parameter is of: more are drawn than it may have."""
    number, _, of = parameter.partition(".")
    return not of or int(number) <= len(network.blocks)


def render(told: Mapping[str, Any]) -> str:
    """The page."""
    environment = page.environment()
    own = jinja2.FileSystemLoader(TEMPLATES)
    environment.loader = jinja2.ChoiceLoader([own, jinja2.FileSystemLoader(page.TEMPLATES)])
    return environment.get_template("search.html").render(**told)
