"""Constants of an AVR, which has flash and RAM in two address spaces.

There ``const`` alone means RAM, into which the start-up code copies what was in flash. What the
generated C has of constants therefore says where it is: ``MEMX``, which kernels/avr/memx.h defines.
"""

import re

_WORD = r"(?:struct )?\w+"
_POINTER = re.compile(rf"(?<=[^\w\n])const ({_WORD}) \*(?=\w|\)|const)")
_TABLE = re.compile(rf"static const ({_WORD} \w+(?:\[| =))")


def told_apart(text: str) -> str:
    """C whose constants are in flash, and whose pointers to constants lead to flash or RAM.

    What stands at the start of a line is the head of a public function, which gives RAM.
    """
    return _TABLE.sub(r"static const MEMX \1", _POINTER.sub(r"const MEMX \1 *", text))
