"""Two reports: what got better, worse, bigger, smaller, faster, slower."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime import judge
from runtime.console import table

Json = Mapping[str, Any]

TOLERANCE = 1.0
"""Percent that a size, a count of instructions or an error may grow."""
MAX_DROP = 0.1
"""Points of accuracy that may be lost: as many as an export may lose to float."""


@dataclass(frozen=True)
class Limits:
    """How much worse a figure may get without failing."""

    percent: float  # of sizes and work
    points: float  # of accuracy


@dataclass(frozen=True)
class Kind:
    """What a figure measures."""

    more: str  # what it is called when it rises
    less: str
    show: Callable[[float], str]
    excess: Callable[[float, float, Limits], bool]  # old, new: whether that is too much


@dataclass(frozen=True)
class Figure:
    """One number of a report."""

    kind: Kind
    value: float


@dataclass(frozen=True)
class Change:
    """A figure that is not the same in both reports."""

    name: str
    verdict: str  # "better", "slower", ..., or "new" and "gone"
    old: str
    new: str
    beyond: bool  # worse by more than the limits allow


def _never(*_: object) -> bool:
    return False


def _grown(old: float, new: float, limits: Limits) -> bool:
    return new > old * (1 + limits.percent / 100)


def _lost(old: float, new: float, limits: Limits) -> bool:
    # rounded: 0.9949 - 0.9939 must not be more than a tenth of a point by the last bit
    return round(100 * (old - new), 9) > limits.points


_COUNT = "{:,.0f}".format
ACCURACY = Kind("better", "worse", lambda share: f"{100 * share:.2f} %", _lost)
FIDELITY = Kind("better", "worse", "{:.2f} dB".format, _never)
SIZE = Kind("bigger", "smaller", _COUNT, _grown)
WORK = Kind("slower", "faster", _COUNT, _grown)
DAMAGE = Kind("worse", "better", _COUNT, lambda old, new, _: new > old)
FIDELITY_SHARE = Kind("better", "worse", "{:.4f}".format, _never)
ERROR = Kind("worse", "better", "{:.4g}".format, _grown)
DEVIATION = Kind("worse", "better", "{:.4g}".format, _never)


def figures(report: Json) -> dict[str, Figure]:
    """Every figure that is compared, by the name that people see."""
    found = [*_accuracy(report), *_layers(report), *_costs(report), *_boards(report)]
    return {name: Figure(kind, value) for name, kind, value in found if value is not None}


def _accuracy(report: Json) -> Iterator[tuple[str, Kind, float | None]]:
    for part in report["judged"]:
        output = f", output {part['output']}" if "output" in part else ""
        for who in ("int8", "float"):
            yield from _judged(part, who, output)
    parity = report["parity"] or {"outputs": [], "runtimes": [], "disagreements": None}
    yield "examples read differently by float and int8", DEVIATION, parity["disagreements"]
    for number, one in enumerate(parity["outputs"]):
        numbered = "outputs" if len(parity["outputs"]) == 1 else f"output {number + 1}"
        name = f"output {one['name']}" if "name" in one else numbered
        yield f"{name}, SQNR", FIDELITY, one["sqnr_db"]
    for row in parity["runtimes"][1:]:
        yield f"accuracy, {row['name']}", ACCURACY, row["accuracy"]
        yield f"share of differing outputs, {row['name']}", DEVIATION, row["outputs_differing"]
    swept = report["robustness"] or {"curves": []}
    measure = swept.get("measure", judge.ACCURACY)
    kind = ACCURACY if measure == judge.ACCURACY else ERROR
    for curve in swept["curves"]:
        mean = sum(curve["int8"]) / len(curve["int8"])
        yield f"mean {measure.removeprefix('mean ')} under {curve['change']}, int8", kind, mean


def _judged(part: Json, who: str, output: str) -> Iterator[tuple[str, Kind, float | None]]:
    """The figures of one network's output, by what it means."""
    if part["kind"] == "values":
        for value in part["values"]:
            if value[who]:
                yield f"mean error of {value['name']}, {who}{output}", ERROR, value[who]["mae"]
    elif part[who] and part["kind"] == "classes":
        yield f"accuracy, {who}{output}", ACCURACY, part[who]["accuracy"]
        yield f"calibration error, {who}{output}", DEVIATION, part["reliability"][who]["error"]
    elif part[who]:
        yield f"mean error of reconstruction, {who}{output}", ERROR, part[who]["mean"]
        yield f"ROC AUC, {who}{output}", FIDELITY_SHARE, part[who]["auc"]


def _layers(report: Json) -> Iterator[tuple[str, Kind, float | None]]:
    for layer in report["layers"]["rows"] if report["layers"] else ():
        yield f"{layer['name']}, output SQNR", FIDELITY, layer["sqnr_db"]
        yield f"{layer['name']}, saturated share", DEVIATION, layer["saturation"]
        if layer["weights"]:
            yield f"{layer['name']}, weights SQNR", FIDELITY, layer["weights"]["sqnr_db"]


def _costs(report: Json) -> Iterator[tuple[str, Kind, float | None]]:
    yield "model.tflite, bytes", SIZE, report["files"]["model.tflite"]["bytes"]
    for row in report["costs"]["targets"] if report["costs"] else ():
        kernels = f"{row['target']} {row['optimize']}"
        yield f"flash, {kernels}, bytes", SIZE, row["flash"]
        yield f"RAM, {kernels}, bytes", SIZE, row["ram"]
        yield f"instructions, {kernels}, estimated", WORK, row["instructions"]
    for row in report["bench"]["rows"] if report["bench"] else ():
        kernels = f"{row['target']} {row['optimize']}"
        yield f"instructions, {kernels}, counted", WORK, row["instructions"]
        yield f"code, {kernels}, bytes", SIZE, row["code"]


def _boards(report: Json) -> Iterator[tuple[str, Kind, float | None]]:
    for row in report["boards"]:
        board = f"{row['board']} ({row['match']})"
        yield f"accuracy, {board}", ACCURACY, row["accuracy"]
        yield f"bytes that differ, {board}", DAMAGE, row["bytes_differing"]
        yield f"{row['unit']}, {board}", WORK, row["median"]
        for name in ("flash", "ram", "stack_used"):
            yield f"{name.replace('_', ' ')}, {board}, bytes", SIZE, row[name]


def compare(old: Json, new: Json, limits: Limits) -> list[Change]:
    """What differs between two reports, in the order of the report."""
    before, after = figures(old), figures(new)
    changes = [
        _change(name, before.get(name), after.get(name), limits) for name in {**before, **after}
    ]
    return [change for change in changes if change]


def _change(name: str, old: Figure | None, new: Figure | None, limits: Limits) -> Change | None:
    if old and new:
        if old.value == new.value:
            return None
        kind = new.kind
        verdict = kind.more if new.value > old.value else kind.less
        beyond = kind.excess(old.value, new.value, limits)
        return Change(name, verdict, kind.show(old.value), kind.show(new.value), beyond)
    if old:
        return Change(name, "gone", old.kind.show(old.value), "-", beyond=False)
    return Change(name, "new", "-", new.kind.show(new.value), beyond=False) if new else None


def as_markdown(old: Json, new: Json, changes: Sequence[Change]) -> str:
    """For a pull request: a line that sums up, what makes the two hard to compare, the changes."""
    counts = Counter(change.verdict for change in changes)
    same = len({**figures(old), **figures(new)}) - len(changes)
    told = [*(f"{count} {verdict}" for verdict, count in counts.items()), f"{same} unchanged"]
    parts = [f"{old['model']} to {new['model']}: {', '.join(told)}.", *caveats(old, new)]
    if changes:
        rows = [
            (change.name, change.old, change.new, f"{change.verdict}{' (!)' * change.beyond}")
            for change in changes
        ]
        parts.append(table(("figure", "old", "new", "verdict"), rows))
    return "\n\n".join(parts)


def caveats(old: Json, new: Json) -> Iterator[str]:
    """What makes the two hard to compare."""
    (before, left), (after, right) = map(_data, (old, new))
    if before != after:
        yield f"The data differ ({left}; {right}): accuracy and layers do not compare."
    versions = [
        f"{name} {old['versions'].get(name, 'none')} to {version}"
        for name, version in new["versions"].items()
        if old["versions"].get(name) != version
    ]
    if versions:
        yield f"Versions changed: {', '.join(versions)}."


def _data(report: Json) -> tuple[str, str]:
    """The data's sha256 and name."""
    data = report["data"] or {"sha256": "", "source": "none"}
    return data["sha256"], data["source"]
