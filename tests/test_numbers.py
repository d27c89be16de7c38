"""Numbers on command lines: what is out of range is one line, with the range."""

import argparse
import importlib
import re
from collections.abc import Iterator

import pytest

from runtime import numbers
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("read", "good", "bad", "span"),
    [
        (numbers.whole(1), ["1", "77"], ["0", "-1", "x", "1.5", "", "nan"], "from 1 on"),
        (numbers.whole(0, 10), ["0", "10"], ["-1", "11"], "from 0 to 10"),
        (numbers.real(0), ["0", "1e3"], ["-0.1", "nan", "inf", "x"], "from 0 on"),
        (numbers.real(0, 100), ["0", "99.5"], ["100.1", "-1"], "from 0 to 100"),
        (numbers.real(-float("inf")), ["-5"], ["nan", "-inf"], "that is finite"),
    ],
)
def test_what_is_out_of_range_is_told(read, good, bad, span) -> None:
    """With the text and the range."""
    for text in good:
        assert read(text) == float(text)
    for text in bad:
        with pytest.raises(argparse.ArgumentTypeError, match=rf"{re.escape(repr(text))}.*{span}"):
            read(text)


def commands() -> Iterator[str]:
    """Every module that is a command."""
    for package in ("train", "convert", "runtime", "firmware"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "console.run(main)" in path.read_text():
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("name", list(commands()))
def test_no_number_is_without_a_range(name: str) -> None:
    """No option takes any int or float."""
    parser = importlib.import_module(name).parser()
    assert [a.dest for a in parser._actions if a.type in (int, float)] == []


def test_there_are_commands() -> None:
    """The search above finds them."""
    assert {"convert.export", "runtime.predict", "firmware.validate"} <= set(commands())
