"""What int8 may lose: an export that loses more is not published."""

import math

from convert.parity import Judged, Parity
from runtime.errors import GateError
from runtime.judge import Judgement

MAX_DROP = 0.1
"""Percentage points of accuracy that int8 may lose, on 10,000 examples."""
_ROUNDING = 1e-9  # points; one example fewer is just the limit, up to how floats are rounded
MAX_WORSE = 10.0
"""Percent by which int8's error may be larger, where there is no accuracy."""


def allowed(option: float | None, images: int, judged: Judgement | None = None) -> float:
    """The drop that is allowed: percentage points of accuracy, or percent of an error.

    Without the option points grow as the sampling error does when there are fewer than 10,000
    examples, and are never less than one example.
    """
    if option is not None:
        return option
    if judged is not None and not judged.is_share:
        return MAX_WORSE
    return max(MAX_DROP * math.sqrt(10_000 / images), 100 / images)


def require_kept(option: float | None, result: Parity) -> None:
    """Raise GateError for the first output that loses more than is allowed; see ``allowed``."""
    for number, judged in enumerate(result.judged):
        limit = allowed(option, result.images, judged.int8)
        if judged.drop > limit + _ROUNDING:
            where = f"output {result.names[number]!r}: " if result.names else ""
            raise GateError(where + _lost(judged, limit))


def _lost(result: Judged, limit: float) -> str:
    if result.int8 is not None and result.int8.is_share:
        return (
            f"int8 reads {result.int8} right where float reads {result.real}: {result.drop:.2f} "
            f"points of accuracy are lost, allowed are {limit:.2f} (--max-drop): nothing was "
            "written"
        )
    return (
        f"the {result.int8.measure if result.int8 else 'error'} of int8 is {result.drop:.1f} % "
        f"larger than that of float, allowed are {limit:.1f} (--max-drop): nothing was written"
    )
