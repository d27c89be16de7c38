"""What an export found out as tables in Markdown, for the console and ``report.md``."""

from collections.abc import Sequence

from convert.parity import Parity
from runtime.console import table


def as_markdown(parity: Parity, title: str, source: str, names: Sequence[str]) -> str:
    """The tables for people."""
    parts = [
        f"# {title}",
        f"Measured on {parity.images:,} test examples of: {source}.",
        summary(parity),
        "## The runtimes against each other",
        "LiteRT's default kernels come first; the others are compared with them. That kernel sets "
        "differ by single steps is how they round, not a fault of the model.",
        runtimes(parity),
    ]
    if parity.confusion:
        parts += [
            "## Confusion (int8, LiteRT default): row is the true class, column what was read",
            confusion(parity.confusion, names),
        ]
    return "\n\n".join(parts) + "\n"


def summary(parity: Parity) -> str:
    """How good both are, how far int8 is from float, in one small table."""
    rows: list[tuple[str, str]] = []
    for name, judged in (("float", parity.real), ("int8", parity.int8)):
        if judged:
            rows.append((f"{judged.measure}, {name}, with 95 % interval", str(judged)))
    if parity.real:
        unit = "points" if parity.real.is_share else "%"
        rows.append(("drop", f"{parity.drop:+.2f} {unit}"))
    if parity.paired:
        rows.append(("by more than chance", "yes" if parity.paired.significant else "no"))
        rows.append(("read differently", f"{parity.disagreements} of {parity.images:,}"))
    for number, one in enumerate(parity.outputs):
        name = "outputs" if len(parity.outputs) == 1 else f"output {number}"
        rows.append((f"{name}: RMSE", f"{one.rmse:.4f}"))
        rows.append((f"{name}: cosine", f"{one.cosine:.6f}"))
        rows.append((f"{name}: SQNR", f"{one.sqnr_db:.1f} dB"))
    return table(("int8 against float", "value"), rows)


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
