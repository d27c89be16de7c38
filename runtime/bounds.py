"""What numbers in a user's arrays can serve; the first that cannot is named with its place."""

import numpy as np

from runtime.dataset import Array
from runtime.errors import DataError

LARGEST = 1e15
"""Of real numbers; what networks make of larger ones, their squares for instance, is no float32."""


def require_finite(values: Array, what: str) -> None:
    """Raise DataError that begins with ``what`` unless all of ``values`` are finite."""
    if values.dtype.kind == "f":
        _require(values, np.isfinite(values), what, "only finite numbers can serve")


def require_small(values: Array, what: str) -> None:
    """Raise DataError that begins with ``what`` unless all lie within ``LARGEST``, none is NaN."""
    sound = np.abs(values.astype(np.float64)) <= LARGEST
    _require(values, sound, what, f"numbers up to {LARGEST:g} are needed")


def _require(values: Array, sound: Array, what: str, rule: str) -> None:
    if not sound.all():
        place = np.argwhere(~sound)[0]
        raise DataError(f"{what} has {values[tuple(place)]} at {place.tolist()}: {rule}")
