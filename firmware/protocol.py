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

from cobs import cobs

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
        whole = content + struct.pack("<I", zlib.crc32(content))
        stuffed: bytes = cobs.encode(whole)
        return b"\0" + stuffed + b"\0"


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
    try:
        content = cobs.decode(line)
    except cobs.DecodeError:
        return None
    if len(content) < _HEADER.size + 4:
        return None
    body, crc = content[:-4], int.from_bytes(content[-4:], "little")
    if zlib.crc32(body) != crc:
        return None
    version, kind, sequence = _HEADER.unpack_from(body)
    return Frame(kind, sequence, body[_HEADER.size :], version)
