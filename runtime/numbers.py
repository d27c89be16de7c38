"""Numbers on the command line, each with the range that makes sense."""

import argparse
import math
from collections.abc import Callable


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """What reads an argument that is a whole number from ``least`` to ``most``."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            raise _refused(text, "a whole number", least, most)
        return number

    return read


def real(least: float, most: float | None = None) -> Callable[[str], float]:
    """What reads an argument that is a finite number from ``least`` to ``most``."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or number < least or (most is not None and number > most):
            raise _refused(text, "a number", least, most)
        return number

    return read


def _refused(text: str, what: str, least: float, most: float | None) -> argparse.ArgumentTypeError:
    span = f"from {least:g} on" if most is None else f"from {least:g} to {most:g}"
    if least == -math.inf:
        span = "that is finite"
    return argparse.ArgumentTypeError(f"{text!r} is not {what} {span}")
