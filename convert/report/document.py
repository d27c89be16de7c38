"""``report.json``: written and read in one place, and checked against ``schema.json``."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from runtime.errors import DataError

SCHEMA = Path(__file__).with_name("schema.json")
"""What each figure means; JSON Schema, draft 2020-12."""


def dump(content: Mapping[str, Any]) -> bytes:
    """``content`` as JSON; the same content gives the same bytes."""
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def read(path: Path) -> dict[str, Any]:
    """A ``report.json``; raises DataError, one line, for one that is missing, damaged or other."""
    found = load(path)
    problem = jsonschema.exceptions.best_match(_validator().iter_errors(found))
    if problem:
        place = problem.json_path.removeprefix("$").lstrip(".") or "the whole"
        raise DataError(
            f"{path} is no report of this version, {place}: {_short(problem.message)}: export again"
        )
    return found


def load(path: Path) -> dict[str, Any]:
    """A JSON file with an object; raises DataError for one that is missing or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise DataError(f"{path} is damaged ({error}): make it again") from error
    if not isinstance(found, dict):
        raise DataError(f"{path} is not a report but a {type(found).__name__}: give a report.json")
    return found


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _short(message: str) -> str:
    """The end of a message: its start may quote half of the file."""
    return message if len(message) <= 120 else f"...{message[-117:]}"
