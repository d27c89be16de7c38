"""What an export found out as tables in Markdown, for the console and ``report.md``."""

from collections.abc import Sequence

from convert.parity import Parity
from runtime.console import table


def as_markdown(parity: Parity, title: str, source: str, names: Sequence[str]) -> str:
    """The tables for people."""
    parts = [
        f"# {title}",
        f"Measured on the {parity.images:,} test images of: {source}.",
        summary(parity),
        "## The runtimes against each other",
        "LiteRT's default kernels come first; the others are compared with them. That kernel sets "
        "differ by single steps is how they round, not a fault of the model.",
        runtimes(parity),
        "## Confusion (int8, LiteRT default): row is the true class, column what was read",
        confusion(parity.confusion, names),
    ]
    return "\n\n".join(parts) + "\n"


def summary(parity: Parity) -> str:
    """Float against int8, in one small table."""
    rows = [
        ("accuracy, float", f"{100 * parity.float_accuracy:.2f} %"),
        ("accuracy, int8", f"{100 * parity.int8_accuracy:.2f} %"),
        ("drop", f"{parity.drop:+.2f} points"),
        ("images read differently", f"{parity.disagreements} of {parity.images:,}"),
        ("logits: RMSE", f"{parity.rmse:.4f}"),
        ("logits: cosine", f"{parity.cosine:.6f}"),
        ("logits: SQNR", f"{parity.sqnr_db:.1f} dB"),
    ]
    return table(("int8 against float", "value"), rows)


def runtimes(parity: Parity) -> str:
    """Every runtime against the named one."""
    rows = [
        (
            row.name,
            f"{100 * row.accuracy:.2f} %",
            str(row.predictions_differing),
            f"{100 * row.images_differing:.2f} %",
            f"{100 * row.outputs_differing:.2f} %",
            str(row.largest_difference),
        )
        for row in parity.runtimes
    ]
    header = (
        "runtime",
        "accuracy",
        "other answers",
        "images differ",
        "logits differ",
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
