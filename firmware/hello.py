"""What a device says it is: its model, its board, and what its inputs and outputs are."""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.errors import DeviceError

Array = npt.NDArray[Any]

TYPES = ("int8", "uint8", "int16", "int32", "float32", "bool")
"""Types of tensors, as ``enum tensor_type`` in src/tensor.h counts them, from 1."""
STORED = (None, np.dtype(np.uint8), np.dtype(np.float32))
"""The type of an input in raw form, as STORED_... in src/tensor.h."""

_HEAD = struct.Struct("<BBIIIII")
_COUNTS = struct.Struct("<BBB")
_TENSOR = struct.Struct("<BBfi")


@dataclass(frozen=True)
class Border:
    """An input or output of the model on a device."""

    type: str  # one of TYPES
    shape: tuple[int, ...]
    scale: float  # real = scale * (stored - zero_point); 0: not quantized
    zero_point: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of an element."""
        return np.dtype(self.type)

    @property
    def bytes(self) -> int:
        """Bytes that it takes."""
        return math.prod(self.shape) * self.dtype.itemsize

    def real(self, values: Array) -> Array:
        """Stored ``values`` as real numbers, float32; as they are where there is no scale."""
        if not self.scale or self.type == "float32":
            return values
        return (values.astype(np.float32) - self.zero_point) * np.float32(self.scale)

    def __str__(self) -> str:
        return f"{self.type} {list(self.shape)}"


@dataclass(frozen=True)
class Hello:
    """What a device says it is."""

    self_test: int  # 0: passed
    counter: int  # what ticks are: 0 cycles by DWT, 1 cycles by SysTick, 2 a timer's
    ticks_hz: int
    test_ticks: int  # that the self-test took
    arena: int  # bytes
    state: int  # bytes that are kept from one run to the next
    tables: int  # bytes
    stored: np.dtype[Any] | None  # of an input in raw form; None: there is no such form
    inputs: tuple[Border, ...]
    outputs: tuple[Border, ...]
    sha256: str  # of the .tflite
    board: str
    model: str
    match: str

    @property
    def output_size(self) -> int:
        """Bytes of all outputs."""
        return sum(border.bytes for border in self.outputs)

    @property
    def test_seconds(self) -> float:
        """How long the self-test took on a board; an emulator's seconds are its own."""
        return self.test_ticks / max(1, self.ticks_hz)

    def split(self, content: bytes) -> tuple[Array, ...]:
        """The outputs in the bytes of an answer, [*shape] each; raises DeviceError."""
        if len(content) != self.output_size:
            raise DeviceError(
                f"the device's answer has {len(content)} bytes, its outputs {self.output_size}: "
                "flash it again"
            )
        found, place = [], 0
        for one in self.outputs:
            values = np.frombuffer(content, one.dtype, math.prod(one.shape), place)
            found.append(values.reshape(one.shape))
            place += one.bytes
        return tuple(found)

    def listed(self, borders: Sequence[Border]) -> str:
        """Types and shapes, for a message."""
        return ", ".join(map(str, borders))


def parse(payload: bytes) -> Hello:
    """The greeting in a reply; raises DeviceError for what is none."""
    try:
        head: tuple[int, int, int, int, int, int, int] = _HEAD.unpack_from(payload)
        form, inputs, outputs = _COUNTS.unpack_from(payload, _HEAD.size)
        place, borders = _HEAD.size + _COUNTS.size, []
        for _ in range(inputs + outputs):
            border, place = _border(payload, place)
            borders.append(border)
        sha256, board, model, match, _ = payload[place:].decode().split("\0")
        return Hello(
            *head,
            stored=STORED[form],
            inputs=tuple(borders[:inputs]),
            outputs=tuple(borders[inputs:]),
            sha256=sha256,
            board=board,
            model=model,
            match=match,
        )
    except (struct.error, ValueError, IndexError) as error:
        raise DeviceError("the device's greeting cannot be understood: flash it again") from error


def _border(payload: bytes, place: int) -> tuple[Border, int]:
    kind, rank, scale, zero_point = _TENSOR.unpack_from(payload, place)
    shape = struct.unpack_from(f"<{rank}I", payload, place + _TENSOR.size)
    return Border(TYPES[kind - 1], shape, scale, zero_point), place + _TENSOR.size + 4 * rank
