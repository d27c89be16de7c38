"""Frames on the serial port, as ``firmware/src/protocol.h`` has them.

    0x00  COBS( version, type, sequence (2 bytes), payload, CRC-32 (4 bytes) )  0x00

The first zero ends whatever was on the line before, so that no damage reaches into a good frame.
Numbers are little-endian; the CRC-32 (IEEE 802.3) covers everything before it. Source of COBS:
S. Cheshire and M. Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on Networking
7(2), 1999.
"""

import enum
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

VERSION = 2
REPLY = 0x80
"""Added to a request's type in its reply."""
UNASKED = 0
"""The sequence number of what nobody asked for."""

_HEADER = struct.Struct("<BBH")
_LONGEST = 1 << 22  # bytes without a delimiter after which the line holds only noise


class Type(enum.IntEnum):
    """What a frame asks for, or says."""

    HELLO = 1
    INFER = 2
    CLASSIFY = 3
    SELF_TEST = 4
    BENCH = 5
    LAST_ERROR = 6
    STATUS = 7
    RESET = 8
    FAULT = 0xFE
    ERROR = 0xFF


class Error(enum.IntEnum):
    """Why a device refuses a frame."""

    DAMAGED = 1
    VERSION = 2
    TYPE = 3
    LENGTH = 4
    SELF_TEST = 5
    ARENA = 6


@dataclass(frozen=True)
class Frame:
    """A frame that arrived whole."""

    type: int
    sequence: int
    payload: bytes
    version: int = VERSION

    def encode(self) -> bytes:
        """The bytes on the line, with both delimiters."""
        content = _HEADER.pack(self.version, self.type, self.sequence) + self.payload
        return b"\0" + stuff(content + struct.pack("<I", zlib.crc32(content))) + b"\0"


class Decoder:
    """Finds frames in what a line delivers, in pieces of any size."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self.damaged = 0  # pieces between delimiters that are no frames

    def feed(self, received: bytes) -> Iterator[Frame]:
        """The frames that ``received`` completes."""
        *lines, rest = received.split(b"\0")
        for line in lines:
            whole = bytes(self._pending) + line
            self._pending.clear()
            if frame := parse(whole):
                yield frame
            elif whole:
                self.damaged += 1
        self._pending += rest
        del self._pending[_LONGEST:]


def parse(line: bytes) -> Frame | None:
    """The frame in what lay between two delimiters; None when there is none."""
    content = unstuff(line)
    if content is None or len(content) < _HEADER.size + 4:
        return None
    body, crc = content[:-4], int.from_bytes(content[-4:], "little")
    if zlib.crc32(body) != crc:
        return None
    version, kind, sequence = _HEADER.unpack_from(body)
    return Frame(kind, sequence, body[_HEADER.size :], version)


def stuff(content: bytes) -> bytes:
    """``content`` in COBS: without zero bytes."""
    result = bytearray()
    for block in content.split(b"\0"):
        full, rest = divmod(len(block), 254)
        for start in range(0, full * 254, 254):
            result += b"\xff" + block[start : start + 254]
        result += bytes([rest + 1]) + block[full * 254 :]
    return bytes(result)


def unstuff(line: bytes) -> bytes | None:
    """What ``stuff`` was given; None when ``line`` is not COBS."""
    result = bytearray()
    place = 0
    while place < len(line):
        code = line[place]
        block = line[place + 1 : place + code]
        if code == 0 or len(block) != code - 1 or 0 in block:
            return None
        result += block
        place += code
        if code < 255 and place < len(line):
            result.append(0)
    return bytes(result)
