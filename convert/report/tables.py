"""What an export found out as tables in Markdown, for the console and ``report.md``."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from convert.parity import Judged, Parity
from runtime.console import table


def as_data(parity: Parity) -> dict[str, Any]:
    """For machines: what is true of the first output, and of each where there are several."""
    told = asdict(parity)
    every, names = told.pop("judged"), told.pop("names")
    rows = [{"name": name, **one} for name, one in zip(names, every, strict=False)]
    return {"drop_points": parity.drop, **every[0], **told, **({"judged": rows} if rows else {})}


def as_markdown(parity: Parity, title: str, source: str, names: Sequence[Sequence[str]]) -> str:
    """The tables for people; ``names`` are the classes of each output, () where it has none."""
    parts = [
        f"# {title}",
        f"Measured on {parity.images:,} test examples of: {source}.",
        summary(parity),
        "## The runtimes against each other",
        "LiteRT's default kernels come first; the others are compared with them. That kernel sets "
        "differ by single steps is how they round, not a fault of the model.",
        runtimes(parity),
    ]
    for number, (one, labels) in enumerate(zip(parity.judged, names, strict=True)):
        if one.confusion:
            of = f" of {parity.title(number)}" if parity.names else ""
            parts += [
                f"## Confusion{of} (int8, LiteRT default): row is the true class, column what was "
                "read",
                confusion(one.confusion, labels),
            ]
    return "\n\n".join(parts) + "\n"


def summary(parity: Parity) -> str:
    """How good both are, how far int8 is from float, in one small table."""
    rows: list[tuple[str, str]] = []
    for number, one in enumerate(parity.judged):
        of = f"{parity.title(number)}: " if parity.title(number) else ""
        rows += [(f"{of}{name}", value) for name, value in _judged(one, parity.images)]
    for number, close in enumerate(parity.outputs):
        name = parity.title(number) or "outputs"
        rows.append((f"{name}: RMSE", f"{close.rmse:.4f}"))
        rows.append((f"{name}: cosine", f"{close.cosine:.6f}"))
        rows.append((f"{name}: SQNR", f"{close.sqnr_db:.1f} dB"))
    return table(("int8 against float", "value"), rows)


def _judged(one: Judged, images: int) -> list[tuple[str, str]]:
    """How good an output is."""
    rows = [
        (f"{judged.measure}, {name}, with 95 % interval", str(judged))
        for name, judged in (("float", one.real), ("int8", one.int8))
        if judged
    ]
    if one.real:
        rows.append(("drop", f"{one.drop:+.2f} {'points' if one.real.is_share else '%'}"))
    if one.paired:
        rows.append(("by more than chance", "yes" if one.paired.significant else "no"))
        rows.append(("read differently", f"{one.disagreements} of {images:,}"))
    return rows


def runtimes(parity: Parity) -> str:
    """Every runtime against the named one."""
    rows = [
        (
            row.name,
            "-" if row.accuracy is None else f"{100 * row.accuracy:.2f} %",
            str(row.predictions_differing),
            f"{100 * row.images_differing:.2f} %",
            f"{100 * row.outputs_differing:.2f} %",
            f"{row.largest_difference:g}",
        )
        for row in parity.runtimes
    ]
    header = (
        "runtime",
        "accuracy",
        "other answers",
        "examples differ",
        "values differ",
        "largest step",
    )
    return table(header, rows)


def confusion(counts: Sequence[Sequence[int]], names: Sequence[str]) -> str:
    """Counts [true class][read as]; a dot is zero."""
    rows = [
        [name, *(str(count) if count else "." for count in row)]
        for name, row in zip(names, counts, strict=True)
    ]
    return table(["", *names], rows)
