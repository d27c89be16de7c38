"""``--diff`` as a page: what got better and worse, with the figures that explain it at the top."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from convert.report import diff, page
from convert.report.diff import Change

Json = Mapping[str, Any]

_GOOD = frozenset(("better", "smaller", "faster"))


def render(old: Json, new: Json, changes: Sequence[Change]) -> str:
    """The page; the same input gives the same bytes."""
    counts = Counter(change.verdict for change in changes)
    same = len({**diff.figures(old), **diff.figures(new)}) - len(changes)
    return (
        page.environment()
        .get_template("diff.html")
        .render(
            old=old,
            new=new,
            changes=[(change, _kind(change)) for change in changes],
            counts=list(counts.items()),
            same=same,
            caveats=list(diff.caveats(old, new)),
            beyond=[change.name for change in changes if change.beyond],
        )
    )


def _kind(change: Change) -> str:
    """Whether a change is one for the better, as a class of the style sheet."""
    if change.verdict in ("new", "gone"):
        return "other"
    return "good" if change.verdict in _GOOD else "bad"
