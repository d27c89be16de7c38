"""UF2, the file that a board in its boot mode takes as a drive.

Source: the format's description, Microsoft, https://github.com/microsoft/uf2.
"""

import io
import struct

from intelhex import IntelHex

FAMILY_RP2040 = 0xE48BFF56
_MAGIC = (0x0A324655, 0x9E5D5157)
_MAGIC_END = 0x0AB16F30
_FAMILY_PRESENT = 0x2000
_PAYLOAD = 256  # bytes of each block of 512


def from_hex(text: str) -> bytes:
    """The UF2 for an RP2040 of an Intel HEX file's content."""
    memory = IntelHex(io.StringIO(text))
    memory.padding = 0xFF
    pages = range(memory.minaddr() // _PAYLOAD, memory.maxaddr() // _PAYLOAD + 1)
    return b"".join(_block(memory, page, number, len(pages)) for number, page in enumerate(pages))


def _block(memory: IntelHex, page: int, number: int, count: int) -> bytes:
    start = page * _PAYLOAD
    head = struct.pack(
        "<8I", *_MAGIC, _FAMILY_PRESENT, start, _PAYLOAD, number, count, FAMILY_RP2040
    )
    payload: bytes = memory.tobinstr(start=start, size=_PAYLOAD)
    return (head + payload).ljust(508, b"\0") + struct.pack("<I", _MAGIC_END)
