"""Constants of an AVR, which has flash and RAM in two address spaces.

There ``const`` alone means RAM, into which the start-up code copies what was in flash. What the
generated C has of constants therefore says where it is: ``FLASH``, which kernels/avr/flash.h
defines. Kernels are written for cores where that makes no difference; what of theirs leads to
constants follows from how they are written, and where it does not, from their first line.
"""

import re
from collections.abc import Collection

_STRUCT = re.compile(r"^struct \w+ \{\n.*?^\};", re.MULTILINE | re.DOTALL)
_POINTER = r"\bconst ((?:struct )?\w+) \*(?={name})"
_FIELD = re.compile(_POINTER.format(name=r"\w"))
_OF_STRUCT = re.compile(r"\bconst (struct (?!(?:factor|place)\b)\w+) \*")
"""A pointer to a struct, but for those that are made when the code runs."""
_TABLE = re.compile(r"\bstatic const ((?:struct )?\w+ \w+(?:\[| =))")
_NAMES = ("weights", "weight", "entries")
"""Pointers that lead to tables in every kernel."""


def told_apart(text: str, names: Collection[str] = ()) -> str:
    """C whose constants are in flash, and whose pointers to them say so.

    That is the fields of structs, the structs themselves but for those that are made when the code
    runs, and pointers of these ``names``, parameters and others.
    """
    text = _STRUCT.sub(lambda found: _FIELD.sub(r"const FLASH \1 *", found[0]), text)
    text = _OF_STRUCT.sub(r"const FLASH \1 *", text)
    which = "|".join((*_NAMES, *names))
    text = re.sub(_POINTER.format(name=rf"(?:{which})\b"), r"const FLASH \1 *", text)
    return _TABLE.sub(r"static const FLASH \1", text)


_WIDE = re.compile(r"\bconst FLASH (u?int64_t) (?:\*(\w+);|(\w+)\[)")


def read_in_halves(text: str) -> str:
    """The same with 64-bit constants read as two of 32 bits.

    Of a load of 64 bits from flash, avr-gcc 5 makes an instruction that it does not know itself.
    """
    for kind, which in _of_kind(text).items():
        read = re.compile(
            rf"(?<!int64_t )((?:\w+->)?\b(?:{'|'.join(sorted(which))}))\[([^\[\]]+)\]"
        )
        text = read.sub(rf"{kind}in_halves(\1 + (\2))", text)
    return text


def _of_kind(text: str) -> dict[str, set[str]]:
    """Names of 64-bit constants, by the cast that makes one of its halves."""
    found: dict[str, set[str]] = {}
    for kind, one, other in _WIDE.findall(text):
        cast = "" if kind == "uint64_t" else f"({kind})"
        found.setdefault(cast, set()).add(one or other)
    return found
