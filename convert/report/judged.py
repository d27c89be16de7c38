"""How good each output of both networks is, as plain data: classes, values, or a reconstruction.

Everything is worked out from arrays; what an output means decides which of the functions does it.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime import statistics

Json = dict[str, Any]
FLOATS = npt.NDArray[np.float32]
LABELS = npt.NDArray[np.int64]
BOOLS = npt.NDArray[np.bool_]

POINTS = 300
"""Examples, evenly spread over the test set, that a scatter plot has a point for."""
BINS = 40
"""Of a histogram of errors."""
WORST = 24
"""Examples with the largest errors that are listed where there is no right and wrong."""
MATRIX = 30
"""Classes that a confusion matrix is kept for."""
CONFUSED = 30
"""Pairs of classes that are listed."""
_DIGITS = 6


@dataclass(frozen=True)
class Pair:
    """What the float and the int8 network say of the same examples, [count, ...] both."""

    real: FLOATS | None  # None: there is no float network
    int8: FLOATS  # dequantized

    def items(self) -> list[tuple[str, FLOATS]]:
        """Those there are, by the name that the report calls them."""
        both = ("float", self.real), ("int8", self.int8)
        return [(name, found) for name, found in both if found is not None]

    def map(self, change: Callable[[FLOATS], FLOATS]) -> "Pair":
        """Both, changed in the same way."""
        return Pair(None if self.real is None else change(self.real), change(self.int8))


def classes(truth: LABELS, shares: Pair, names: Sequence[str]) -> Json:
    """A classification: ``shares`` [count, classes] are probabilities 0..1, ``truth`` [count]."""
    right = {name: values.argmax(axis=1) == truth for name, values in shares.items()}
    counts = _confusion(truth, shares.int8)
    return {
        "kind": "classes",
        "names": list(names),
        "examples": len(truth),
        "float": _accuracy(right["float"]) if "float" in right else None,
        "int8": _accuracy(right["int8"]),
        "paired": _paired(right["float"], right["int8"]) if "float" in right else None,
        "confusion": counts.tolist() if len(names) <= MATRIX else None,
        "confused": _confused(counts),
        "per_class": [asdict(one) for one in statistics.per_class(counts)],
        "errors": _misread(truth, shares),
        "reliability": {
            "float": None,
            **{name: _reliability(values, right[name]) for name, values in shares.items()},
        },
    }


def _misread(truth: LABELS, shares: Pair) -> list[Json]:
    """The examples that either network reads wrongly, with both answers and how sure each is."""
    reads = {name: values.argmax(axis=1) for name, values in shares.items()}
    wrong = np.flatnonzero(np.any([read != truth for read in reads.values()], axis=0))
    return [
        {
            "index": int(index),
            "truth": int(truth[index]),
            "float_read": None,
            "float_confidence": None,
            **{f"{name}_read": int(read[index]) for name, read in reads.items()},
            **{
                f"{name}_confidence": round(float(values[index].max()), _DIGITS)
                for name, values in shares.items()
            },
        }
        for index in wrong
    ]


def _accuracy(right: BOOLS) -> Json:
    count = int(right.sum())
    interval = statistics.wilson(count, right.size)
    return {"accuracy": count / right.size, "low": interval.low, "high": interval.high}


def _paired(first: BOOLS, second: BOOLS) -> Json:
    found = statistics.mcnemar(first, second)
    return {
        "only_float": found.only_first,
        "only_int8": found.only_second,
        "p": found.p,
        "significant": found.significant,
    }


def _confusion(truth: LABELS, shares: FLOATS) -> npt.NDArray[np.int64]:
    classes = shares.shape[1]
    flat = np.bincount(truth * classes + shares.argmax(axis=1), minlength=classes**2)
    return flat.reshape(classes, classes)


def _confused(counts: npt.NDArray[np.int64]) -> list[Json]:
    """Which class is taken for which other most often, the most frequent first."""
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:CONFUSED]
    pairs = [divmod(int(place), len(wrong)) for place in order]
    return [
        {"truth": truth, "read": read, "count": int(wrong[truth, read])}
        for truth, read in pairs
        if wrong[truth, read]
    ]


def _reliability(shares: FLOATS, right: BOOLS) -> Json:
    # Shares are float32, the sum of which may lie beyond 1 by the last bit.
    found = statistics.reliability(np.clip(shares.max(axis=1), 0, 1), right)
    return {"bins": [asdict(one) for one in found.bins], "error": found.error}


def values(truth: FLOATS, given: Pair, names: Sequence[str]) -> Json:
    """A regression: ``truth`` and both answers are [count, values], in the data's own units."""
    return {
        "kind": "values",
        "examples": len(truth),
        "values": [
            _value(name, truth[:, n], given.map(lambda found, n=n: found[:, n]))  # type: ignore[misc] # n is bound
            for n, name in enumerate(names)
        ],
        "errors": _furthest(truth, given),
    }


def _furthest(truth: FLOATS, given: Pair) -> list[Json]:
    """The examples that int8 misses most, by the sum over the values, each by its own spread."""
    spread = np.maximum(truth.std(axis=0), 1e-12)
    missed = np.abs((given.int8 - truth) / spread).sum(axis=1)
    return [
        {
            "index": int(index),
            "truth": _rounded(truth[index]),
            "float": None,
            **{name: _rounded(found[index]) for name, found in given.items()},
        }
        for index in np.argsort(-missed, kind="stable")[:WORST]
    ]


def _value(name: str, truth: FLOATS, given: Pair) -> Json:
    errors = {who: found.astype(np.float64) - truth for who, found in given.items()}
    spread = float(np.var(truth.astype(np.float64)))
    shown = _spread(len(truth))
    return {
        "name": name,
        "float": None,
        **{who: _errors(one, spread) for who, one in errors.items()},
        "histogram": _histogram(errors),
        "points": {
            "truth": _rounded(truth[shown]),
            "float": None,
            **{who: _rounded(found[shown]) for who, found in given.items()},
        },
    }


def _errors(error: npt.NDArray[np.float64], variance: float) -> Json:
    mean = statistics.mean(np.abs(error))
    squared = float(np.mean(error**2))
    return {
        "mae": float(np.mean(np.abs(error))),
        "mae_low": mean.low,
        "mae_high": mean.high,
        "rmse": float(np.sqrt(squared)),
        "bias": float(np.mean(error)),
        "r2": 1 - squared / variance if variance else None,
    }


def reconstruction(errors: Pair, threshold: float | None, anomalous: BOOLS | None) -> Json:
    """An autoencoder: ``errors`` [count] against the input; beyond ``threshold`` is an anomaly.

    ``anomalous`` [count] says which examples are; None: that is not known.
    """
    both = None if anomalous is None or anomalous.all() or not anomalous.any() else anomalous
    return {
        "kind": "reconstruction",
        "examples": len(errors.int8),
        "threshold": threshold,
        "anomalous": None if anomalous is None else int(anomalous.sum()),
        "float": None,
        **{name: _judged(found, threshold, both) for name, found in errors.items()},
        "errors": [
            {
                "index": int(index),
                "anomalous": None if anomalous is None else bool(anomalous[index]),
                "float": None,
                **{name: float(found[index]) for name, found in errors.items()},
            }
            for index in np.argsort(-errors.int8, kind="stable")[:WORST]
        ],
        "otherwise": _otherwise(errors, threshold),
        "histogram": _histogram({name: found.astype(np.float64) for name, found in errors.items()}),
    }


def _otherwise(errors: Pair, threshold: float | None) -> int | None:
    """Examples that int8 and float judge differently."""
    if threshold is None or errors.real is None:
        return None
    return int(np.sum((errors.real > threshold) != (errors.int8 > threshold)))


def _judged(errors: FLOATS, threshold: float | None, anomalous: BOOLS | None) -> Json:
    interval = statistics.mean(errors)
    beyond = np.zeros(0, bool) if threshold is None else errors > threshold
    found = {
        "mean": float(np.mean(errors, dtype=np.float64)),
        "low": interval.low,
        "high": interval.high,
        "beyond": None if threshold is None else int(beyond.sum()),
        "auc": None,
        "found": None,
        "false": None,
    }
    if anomalous is not None:
        found["auc"] = statistics.roc_auc(errors, anomalous)
        if threshold is not None:
            found["found"] = int(np.sum(beyond & anomalous))
            found["false"] = int(np.sum(beyond & ~anomalous))
    return found


def _histogram(errors: dict[str, npt.NDArray[np.float64]]) -> Json:
    """Counts of both networks' errors between the same edges."""
    both = np.concatenate(list(errors.values()))
    edges = np.histogram_bin_edges(both, BINS)
    counts = {name: np.histogram(one, edges)[0].tolist() for name, one in errors.items()}
    return {"low": float(edges[0]), "high": float(edges[-1]), "float": None, **counts}


def _spread(count: int) -> npt.NDArray[np.int64]:
    """The numbers of ``POINTS`` examples, evenly spread; of all where there are fewer."""
    return np.unique(np.linspace(0, count - 1, min(count, POINTS)).round().astype(np.int64))


def _rounded(found: FLOATS) -> list[float]:
    return [float(f"{value:.{_DIGITS}g}") for value in found.tolist()]


def other(published: Pair, truth: LABELS, size: int) -> Json:
    """Post-training quantization beside what is published: the report's ``ptq``, of classes.

    ``published`` has the probabilities of PTQ as ``real`` and those of the published network as
    ``int8``, [count, classes] both; ``size`` is the PTQ model's, in bytes.
    """
    ptq, chosen = (values.argmax(axis=1) == truth for _, values in published.items())
    found, paired = _accuracy(ptq), _paired(ptq, chosen)
    return {
        "figure": found.pop("accuracy"),
        **found,
        "bytes": size,
        "paired": {
            "only_ptq": paired.pop("only_float"),
            "only_int8": paired.pop("only_int8"),
            **paired,
        },
    }


def other_errors(errors: npt.NDArray[Any], size: int) -> Json:
    """The same where outputs are judged by error: absolute ones, or of reconstruction, [count]."""
    interval = statistics.mean(errors)
    mean = float(np.mean(errors, dtype=np.float64))
    return {
        "figure": mean,
        "low": interval.low,
        "high": interval.high,
        "bytes": size,
        "paired": None,
    }
