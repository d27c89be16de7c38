"""The usual cause of a layer's own error, from the error itself.

Each kind of fault leaves its trace: a bias shifts one channel, a zero point all of them, a scale
stretches, a saturated range cuts off, rounding moves by single steps.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from convert.compare.deviation import Own, Reals
from convert.compare.layer import WEIGHTED

CUT = 0.01
"""Share of values that a sound range may cut off."""
_EXPLAINED = 0.25
"""An explanation holds when at most this share of the error's power is left without it."""


class Kind(enum.StrEnum):
    """What may be wrong."""

    PREPROCESSING = "preprocessing"
    ZERO_POINT = "zero point"
    SATURATION = "saturation"
    WIDE = "range too wide"
    SCALE = "scale"
    BIAS = "bias"
    WEIGHTS = "weights"
    ROUNDING = "rounding"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Cause:
    """The usual cause, with the evidence for it."""

    kind: Kind
    evidence: str  # a phrase
    channels: tuple[int, ...] = ()  # that are off; none: it is not a matter of single channels


def is_beyond(own: Own) -> bool:
    """Whether a layer is beyond the threshold, cuts off or wastes most of its range."""
    if len(own.bad) or own.exact or own.is_random:
        return bool(len(own.bad))
    return _cuts(own) or _wastes(own)


def find(operator: str, own: Own) -> Cause:
    """The cause in a layer that is beyond the threshold."""
    error, step, codes = own.error, 0.0, 0
    if own.grid:
        step, codes = own.grid.scale, own.grid.count
    fit = _fit(own, own.bad)
    if _wastes(own) and np.sqrt(np.mean(error**2)) < step:
        low, high = own.used
        return Cause(
            Kind.WIDE,
            f"{high - low + 1} of {codes} codes are used, {low} to {high}",
        )
    if own.exact and np.abs(error).max() < 1.5 * step and not fit:
        share = np.mean(error != 0)
        return Cause(Kind.ROUNDING, f"{share:.2%} of the values are one step off, none more")
    if own.only_cut:
        return _cut(own)
    if operator in WEIGHTED and len(own.bad) <= own.expected.shape[1] // 2:
        return _channels(own)
    return fit or Cause(Kind.UNKNOWN, "no simple pattern: compare its weights and its options")


def _cuts(own: Own) -> bool:
    return bool(np.mean(own.cut[0] | own.cut[1]) > CUT)


def _wastes(own: Own) -> bool:
    low, high = own.used
    return own.grid is not None and not own.is_random and high - low + 1 < own.grid.codes_needed


def _fit(own: Own, channels: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Cause | None:
    """The constant or the factor that explains the error of ``channels``, if one does."""
    inner = own.inner[:, channels]
    error, signal = own.error[:, channels][inner], own.expected[:, channels][inner]
    power = float(np.sum(error**2))
    if not power:
        return None
    offset = float(np.mean(error))
    factor = float(np.sum(error * signal) / max(float(np.sum(signal**2)), 1e-300))
    left = {
        "offset": float(np.sum((error - offset) ** 2)) / power,
        "factor": float(np.sum((error - factor * signal) ** 2)) / power,
    }
    best = min(left, key=lambda name: left[name])
    if left[best] > _EXPLAINED:
        return None
    if best == "factor":
        return Cause(Kind.SCALE, f"values are {1 + factor:.3g} times what they should be")
    steps = f", {offset / own.grid.scale:+.1f} steps" if own.grid else ""
    return Cause(Kind.ZERO_POINT, f"values are off by {offset:+.3g}{steps}")


def _channels(own: Own) -> Cause:
    """A fault of single channels: of a bias if it is a shift, else of weights."""
    named = ", ".join(map(str, own.bad[:4])) + (", ..." if len(own.bad) > 4 else "")
    channels = tuple(int(channel) for channel in own.bad)
    where = f"only channel {named} of {own.expected.shape[1]}"
    fit = _fit(own, own.bad[:1])
    kind = Kind.BIAS if fit and fit.kind is Kind.ZERO_POINT else Kind.WEIGHTS
    how = fit.evidence if fit else "its values are off by no constant and no factor"
    return Cause(kind, f"{where}: {how}", channels)


def _cut(own: Own) -> Cause:
    """Values are cut off: at one end while the other is unused, or because the range is small."""
    below, above = (float(np.mean(mask)) for mask in own.cut)
    low, high = own.used
    evidence = f"{below + above:.1%} of the values are cut off; codes {low} to {high} are used"
    lowest, highest = own.grid.ends if own.grid else (low, high)
    unused = low - lowest if above > below else highest - high
    much = own.grid is not None and unused > own.grid.codes_needed // 2
    return Cause(Kind.ZERO_POINT if much else Kind.SATURATION, evidence)


def preprocessing(expected: Reals, given: Reals) -> Cause:
    """What was done to the inputs: both [count, ...], pictures [count, height, width, channels]."""
    pictures = expected.ndim == 4
    what, one = ("pictures", "pixels") if pictures else ("inputs", "values")
    for name, changed in _changes(expected, pictures=pictures):
        span = float(np.ptp(changed)) or 1.0
        if changed.shape == given.shape and np.allclose(changed, given, rtol=0, atol=0.02 * span):
            return Cause(Kind.PREPROCESSING, f"the {what} are {name}")
    if np.ptp(expected) and np.ptp(given):
        factor, offset = np.polyfit(expected.ravel(), given.ravel(), 1)
        left = given - (factor * expected + offset)
        if np.sum(left**2) < _EXPLAINED * np.sum((given - given.mean()) ** 2):
            told = f"{one} are {factor:.3g} times as large {offset:+.3g}"
            return Cause(Kind.PREPROCESSING, told)
    otherwise = "cropped, centred or ordered so" if pictures else "cut, scaled or ordered so"
    return Cause(Kind.PREPROCESSING, f"these are other {what}: {otherwise}")


def _changes(real: Reals, *, pictures: bool) -> Iterator[tuple[str, Reals]]:
    """What is usually done wrongly, in words, and what it makes of ``real``."""
    low, high = float(real.min()), float(real.max())
    share = (real - low) / ((high - low) or 1.0)
    yield "in the range -1 to 1", 2 * share - 1
    yield "in the range 0 to 1", share
    yield "in the range 0 to 255", 255 * share
    if real.ndim == 3:
        yield "reversed in time", real[:, ::-1]
    if real.ndim >= 3 and real.shape[-1] > 1:
        named = "with red and blue exchanged" if pictures else "with the channels in reverse order"
        yield named, real[..., ::-1]
    if pictures:
        yield "inverted, light for dark", low + high - real
        yield "transposed", real.swapaxes(1, 2)
        yield "mirrored", real[:, :, ::-1]
        yield "upside down", real[:, ::-1]
