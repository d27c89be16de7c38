"""Mutants of models: fields of the flatbuffer changed, so that the file itself stays whole."""

from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

NUMBERS = (
    -(1 << 31),
    -129,
    -128,
    -2,
    -1,
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    8,
    16,
    127,
    128,
    255,
    1 << 16,
    1 << 30,
)
REALS = (0.0, -1.0, 1.0, 1e-38, 1e-45, 1e38, 1e-3, 0.5, float("nan"), float("inf"))
_ABSENT = ("scale", "zeroPoint", "shapeSignature")  # lists that may be put where there are none
_OPTIONS = [
    name
    for name in dir(schema)
    if name.endswith("OptionsT") and not name.startswith(("Stable", "BuiltinOptions"))
]


def mutant(content: bytes, rng: np.random.Generator) -> tuple[bytes, str] | None:
    """``content`` with one to three fields changed, and which; None: it cannot be written."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    changes = []
    for _ in range(rng.integers(1, 4)):
        places = _places(model)
        owner, field = places[rng.integers(len(places))]
        before = _written(getattr(owner, field))
        _change(owner, field, rng)
        after = _written(getattr(owner, field))
        changes.append(f"{type(owner).__name__}.{field} {before} -> {after}")
    builder = flatbuffers.Builder(len(content) + 1024)
    try:
        builder.Finish(model.Pack(builder), b"TFL3")
    except Exception:  # a number beyond its field's type, a table where a number should be
        return None
    return bytes(builder.Output()), "; ".join(changes)


def _written(value: Any) -> str:
    return type(value).__name__ if hasattr(value, "Pack") else " ".join(str(value).split())[:60]


def _places(table: Any) -> list[tuple[Any, str]]:
    """Every field of ``table`` and of the tables in it, each kind of table about as often."""
    found: list[tuple[Any, str]] = []
    for field, value in vars(table).items():
        if value is not None or field in _ABSENT:
            found.append((table, field))
        for one in value if isinstance(value, list) else [value]:
            if hasattr(one, "Pack"):
                found += _places(one)
    return found


def _change(owner: Any, field: str, rng: np.random.Generator) -> None:
    value = getattr(owner, field)
    if field == "builtinOptions":
        setattr(owner, field, _other_options(value, rng))
    elif isinstance(value, bool):
        setattr(owner, field, not value)
    elif isinstance(value, float):
        setattr(owner, field, _real(value, rng))
    elif isinstance(value, int):
        setattr(owner, field, _whole(value, rng))
    elif isinstance(value, list | np.ndarray):
        setattr(owner, field, _list(value, rng))
    elif value is not None:
        setattr(owner, field, None)
    else:
        setattr(owner, field, [1])


def _other_options(value: Any, rng: np.random.Generator) -> Any:
    """Of another operator's kind, or the same; the number that says of which kind stays."""
    if rng.random() < 0.3:
        return None
    return getattr(schema, _OPTIONS[rng.integers(len(_OPTIONS))])() if rng.random() < 0.7 else value


def _whole(value: int, rng: np.random.Generator) -> int:
    if rng.random() < 0.5:
        return value + int(rng.integers(-3, 4))
    return NUMBERS[rng.integers(len(NUMBERS))]


def _real(value: float, rng: np.random.Generator) -> float:
    if rng.random() < 0.4:
        return value * float(rng.choice([0.5, 2.0, -1.0, 1e3]))
    return REALS[rng.integers(len(REALS))]


def _list(value: Any, rng: np.random.Generator) -> Any:
    """An element changed, dropped or twice there; or none at all."""
    found = list(value)
    if not found or rng.random() < 0.1:
        return None if rng.random() < 0.5 else []
    place, how = int(rng.integers(len(found))), rng.random()
    one = found[place]
    if how < 0.15:
        del found[place]
    elif how < 0.3:
        found.insert(place, one)
    elif isinstance(one, float | np.floating):
        found[place] = _real(float(one), rng)
    elif isinstance(one, int | np.integer):
        found[place] = _whole(int(one), rng)
    else:
        found[place] = found[rng.integers(len(found))]
    return np.array(found).astype(value.dtype) if isinstance(value, np.ndarray) else found
