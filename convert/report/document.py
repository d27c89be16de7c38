"""``report.json``: written and read in one place, and checked against ``schema.json``."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import numpy.typing as npt

from runtime.errors import DataError

VERSION = 2
"""Of report.json; rises when what is in it means something else, or stands elsewhere."""
SCHEMA = Path(__file__).with_name("schema.json")
"""What each figure means; JSON Schema, draft 2020-12."""


def dump(content: Mapping[str, Any]) -> bytes:
    """``content`` as JSON; the same content gives the same bytes."""
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def read(path: Path) -> dict[str, Any]:
    """A ``report.json``; raises DataError, one line, for one that is missing, damaged or other."""
    found = load(path)
    if "model" in found and "files" in found and (old := found.get("version", 1)) != VERSION:
        raise DataError(f"{path} is a report of version {old}, not {VERSION}: export again")
    if problem := _problem(found):
        raise DataError(f"{path} is no report of this version, {problem}: export again")
    return found


def check(found: Mapping[str, Any]) -> None:
    """Raise DataError unless ``found`` is a whole report, with all that was gathered for it."""
    if problem := _problem(found):
        raise DataError(f"what was gathered does not fit, {problem}: run its command again")


def load(path: Path) -> dict[str, Any]:
    """A JSON file with an object; raises DataError for one that is missing or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(
            f"cannot read {path} ({error.strerror or error}): give what convert.export wrote"
        ) from error
    except ValueError as error:
        raise DataError(f"{path} is damaged ({error}): make it again") from error
    if not isinstance(found, dict):
        raise DataError(f"{path} is not a report but a {type(found).__name__}: give a report.json")
    return found


def packed(values: npt.NDArray[Any]) -> str:
    """The bytes of ``values``, in base64."""
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()


def unpacked(entry: Mapping[str, Any], kind: str) -> npt.NDArray[Any]:
    """The array that ``entry`` of the report keeps as ``kind``, "int8" or "float32"."""
    content = base64.b64decode(entry[kind])
    return np.frombuffer(content, np.dtype(kind).newbyteorder("<")).reshape(entry["shape"])


def _problem(found: Mapping[str, Any]) -> str:
    """Where ``found`` departs from the schema, and how; empty: nowhere."""
    error = jsonschema.exceptions.best_match(_validator().iter_errors(found))
    if error is None:
        return ""
    # A message may start by quoting half of the file; what is wrong stands at its end.
    told = error.message if len(error.message) <= 120 else f"...{error.message[-117:]}"
    return f"{error.json_path.removeprefix('$').lstrip('.') or 'the whole'}: {told}"


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
