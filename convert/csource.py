"""A ``.tflite`` that stands in C or C++ source as an array, as firmware projects carry them."""

import re
from collections.abc import Iterator

from runtime import flatbuffer
from runtime.errors import ModelError

SUFFIXES = (".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".inc")
"""What files with such arrays are called."""

_ASIDE = re.compile(  # comments, strings and characters
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'""", re.DOTALL
)
_LIST = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"([-+]?)(0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*")
_NAME = re.compile(r"([A-Za-z_]\w*)\s*\[")


def is_text(content: bytes) -> bool:
    """Whether ``content`` may be source with arrays, and is no ``.tflite``."""
    return content[4:8] != flatbuffer.MAGIC and b"\0" not in content and b"{" in content


def model(content: bytes, name: str) -> bytes:
    """The only model in the source ``content``; ``name`` is for messages. Raises ModelError."""
    found = models(content)
    if not found:
        raise ModelError(
            f'{name} has no array that holds a .tflite ("TFL3" at offset 4): give the file that '
            "defines it, not one that only declares it"
        )
    if len(found) > 1:
        names = ", ".join(array for array, _ in found)
        raise ModelError(f"{name} has {len(found)} models ({names}): give a file with one")
    return found[0][1]


def models(content: bytes) -> list[tuple[str, bytes]]:
    """The arrays that hold a ``.tflite``, with their names; one that is written twice is one."""
    text = _ASIDE.sub(" ", content.decode("utf-8", "replace"))
    arrays = ((name, body) for name, body in _arrays(text) if body[4:8] == flatbuffer.MAGIC)
    return list(dict.fromkeys(arrays))


def _arrays(text: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of every list of bytes in braces."""
    for found in _LIST.finditer(text):
        values = _bytes(found[1])
        if values is not None:
            start = max(text.rfind(end, 0, found.start()) for end in ";{}") + 1
            names = _NAME.findall(text, start, found.start())
            yield names[-1] if names else "without a name", values


def _bytes(body: str) -> bytes | None:
    """The numbers of an initializer; None where it is anything but bytes, signed or not."""
    words = [word.strip() for word in body.split(",")]
    if words and not words[-1]:  # behind the last comma
        words.pop()
    numbers = [_NUMBER.fullmatch(word) for word in words]
    values = [_value(*number.groups()) if number else 256 for number in numbers]
    if len(values) < 8 or not all(-128 <= value <= 255 for value in values):
        return None
    return bytes(value & 255 for value in values)


def _value(sign: str, digits: str) -> int:
    if digits[:2] in ("0x", "0X"):
        number = int(digits, 16)
    elif digits[0] == "0":
        number = int(digits, 8) if set(digits) <= set("01234567") else 256
    else:
        number = int(digits)
    return -number if sign == "-" else number
