"""Refuses files that would crash a native interpreter, before one sees them.

The interpreters verify little of a file's structure and less of its sense. This follows the
offsets of the parts that they follow and checks that each lies inside the file, that every index
points at something, and that constant tensors are as long as their shapes say.

Layout: https://flatbuffers.dev/internals/. Field numbers: TensorFlow's lite/schema/schema.fbs.
"""

import math
import struct
from dataclasses import dataclass

from runtime.errors import ModelError

MAGIC = b"TFL3"
LARGEST_TENSOR = 1 << 30  # bytes; the networks meant here stay far below

BITS = {
    0: 32,
    1: 16,
    2: 32,
    3: 8,
    4: 64,
    6: 8,
    7: 16,
    9: 8,
    10: 64,
    12: 64,
    15: 32,
    16: 16,
    17: 4,
    18: 16,
}
"""Bits per value of the TensorTypes of fixed size, by number."""


_VARIABLES = (142, 143, 144)
"""VAR_HANDLE, READ_VARIABLE and ASSIGN_VARIABLE, by BuiltinOperator."""

LAYOUT: dict[str, dict[int, int | str]] = {
    "Model": {
        1: "OperatorCode",
        2: "SubGraph",
        3: 1,
        4: "Buffer",
        5: 4,
        6: "Metadata",
        7: "Signature",
    },
    "OperatorCode": {1: 1},
    "SubGraph": {0: "Tensor", 1: 4, 2: 4, 3: "Operator", 4: 1},
    "Tensor": {0: 4, 3: 1, 7: 4},
    "Operator": {1: 4, 2: 4, 5: 1, 7: 1, 8: 4},
    "Buffer": {0: 1},
    "Metadata": {0: 1},
    "Signature": {0: "TensorMap", 1: "TensorMap", 2: 1},
    "TensorMap": {0: 1},
    "Quantization": {0: 4, 1: 4, 2: 4, 3: 8},
}
"""Each table's lists, by field: of tables of that name, or of values of that many bytes."""


SHARING = 32
"""How many times a file's bytes may be read. The check itself reads them some four times, and files
that converters write share little; a file whose parts share offsets can stand for millions of times
its size."""


class DamageError(Exception):
    """Something in the file does not fit; becomes a ModelError with the file's name."""


class Budget:
    """The bytes that may still be read of a file of ``size`` bytes."""

    def __init__(self, size: int) -> None:
        self._left = SHARING * size

    def spend(self, count: int) -> None:
        """Raises DamageError when ``count`` bytes are more than is left."""
        self._left -= count
        if self._left < 0:
            raise DamageError(f"its parts share bytes, and are over {SHARING} times its size")


@dataclass(frozen=True)
class Table:
    """A FlatBuffers table: fields by number, each maybe absent."""

    data: bytes
    place: int
    budget: Budget

    def __post_init__(self) -> None:
        """Check that the table and its list of fields, the vtable, lie in the file."""
        vtable = self.place - _int(self.data, self.place, "<i")
        own = _int(self.data, vtable, "<H"), _int(self.data, vtable + 2, "<H")
        self.budget.spend(8 + own[0])  # with the two offsets that lead to them
        if own[0] < 4 or vtable + own[0] > len(self.data) or self.place + own[1] > len(self.data):
            raise DamageError("a table lies outside the file")
        entries = struct.unpack_from(f"<{own[0] // 2}H", self.data, vtable)[2:]
        if any(entry and not 4 <= entry < own[1] for entry in entries):
            raise DamageError("a field lies outside its table")

    def field(self, number: int, size: int) -> int | None:
        """Where the field of ``size`` bytes lies; None when it is absent."""
        vtable = self.place - _int(self.data, self.place, "<i")
        length, own = _int(self.data, vtable, "<H"), _int(self.data, vtable + 2, "<H")
        entry = 4 + 2 * number
        offset = _int(self.data, vtable + entry, "<H") if entry + 2 <= length else 0
        if offset and not 4 <= offset <= own - size:
            raise DamageError("a field lies outside its table")
        return self.place + offset if offset else None

    def number(self, field: int, kind: str = "<I", default: int = 0) -> int:
        """The integer in ``field``; ``kind`` as in the struct module."""
        place = self.field(field, struct.calcsize(kind))
        return default if place is None else _int(self.data, place, kind)

    def vector(self, field: int, width: int) -> tuple[int, int]:
        """Start and length of the vector of ``width``-byte values in ``field``; (0, 0): absent."""
        place = self.field(field, 4)
        if place is None:
            return 0, 0
        start = place + _int(self.data, place, "<I")
        count = _int(self.data, start, "<I")
        if start + 4 + count * width > len(self.data):
            raise DamageError("a list lies outside the file")
        self.budget.spend(count * width)
        return start + 4, count

    def integers(self, field: int) -> list[int]:
        """The vector of int32 in ``field``."""
        start, count = self.vector(field, 4)
        return list(struct.unpack_from(f"<{count}i", self.data, start))

    def tables(self, field: int) -> list["Table"]:
        """The vector of tables in ``field``."""
        start, count = self.vector(field, 4)
        places = range(start, start + 4 * count, 4)
        return [self._at(place) for place in places]

    def table(self, field: int) -> "Table | None":
        """The table in ``field``; None when it is absent."""
        place = self.field(field, 4)
        return None if place is None else self._at(place)

    def _at(self, place: int) -> "Table":
        """The table that the offset at ``place`` leads to."""
        return Table(self.data, place + _int(self.data, place, "<I"), self.budget)

    def follow(self, kind: str) -> None:
        """Check every list that ``LAYOUT`` gives a table of this ``kind``, and what it holds."""
        for field, content in LAYOUT[kind].items():
            if isinstance(content, int):
                self.vector(field, content)
            else:
                for table in self.tables(field):
                    table.follow(content)


def _int(data: bytes, place: int, kind: str) -> int:
    if not 0 <= place <= len(data) - struct.calcsize(kind):
        raise DamageError("an offset points outside the file")
    return int(struct.unpack_from(kind, data, place)[0])


def check(content: bytes, name: str = "the model") -> None:
    """Raise ModelError, one line with ``name``, unless ``content`` is a sound .tflite."""
    if content[4:8] != MAGIC:
        what = "is empty" if not content else "is not a .tflite file"
        raise ModelError(f"{name} {what}: give the path of a .tflite")
    try:
        _model(_root(content))
    except DamageError as error:
        raise ModelError(f"{name} is damaged ({error}): export or copy it again") from error


def _root(content: bytes) -> Table:
    return Table(content, _int(content, 0, "<I"), Budget(len(content)))


def _model(model: Table) -> None:
    model.follow("Model")
    codes, graphs, buffers = model.tables(1), model.tables(2), model.tables(4)
    if not graphs:
        raise DamageError("it has no graph")
    sizes = [_size(buffer) for buffer in buffers]
    for graph in graphs:
        tensors = graph.tables(0)
        for tensor in tensors:
            _tensor(tensor, sizes)
        for indices in (graph.integers(1), graph.integers(2)):
            _indices(indices, len(tensors), optional=False)
        for operator in graph.tables(3):
            operator.table(4)  # the options
            _indices([operator.number(0)], len(codes), optional=False)
            _indices(operator.integers(1), len(tensors), optional=True)
            _indices(operator.integers(2), len(tensors), optional=False)


def _size(buffer: Table) -> int:
    """Bytes that a buffer holds; with an offset above 1 they lie behind the flatbuffer."""
    start, size = buffer.number(1, "<Q"), buffer.number(2, "<Q")
    if start <= 1:
        return buffer.vector(0, 1)[1]
    if start + size > len(buffer.data):
        raise DamageError("a buffer lies outside the file")
    return size


def borders(content: bytes) -> tuple[int, int]:
    """How many inputs and outputs the model ``content``, which is sound, has."""
    graph = _root(content).tables(2)[0]
    return graph.vector(1, 4)[1], graph.vector(2, 4)[1]


def keeps_state(content: bytes) -> bool:
    """Whether one run of the model ``content``, which is sound, may see what an earlier one left.

    That is one with a variable tensor, or an operator for variables.
    """
    model = _root(content)
    variables = [code.number(3, "<i") in _VARIABLES for code in model.tables(1)]
    kept = [tensor.number(5, "<b") for graph in model.tables(2) for tensor in graph.tables(0)]
    return any(variables) or any(kept)


def _indices(indices: list[int], count: int, *, optional: bool) -> None:
    """Each is below ``count`` and not negative; -1 says "none" where that is allowed."""
    if any(not (-1 if optional else 0) <= index < count for index in indices):
        raise DamageError("an index points at nothing")


def _tensor(tensor: Table, sizes: list[int]) -> None:
    shape, kind, buffer = tensor.integers(0), tensor.number(1, "<b"), tensor.number(2)
    _indices([buffer], len(sizes), optional=False)
    tensor.budget.spend(sizes[buffer])  # each tensor gets the bytes of its own
    if any(side < 0 for side in shape):
        raise DamageError("a tensor has a negative side")
    if len(shape) > 8:
        raise DamageError(f"a tensor has {len(shape)} axes")
    size = -(-math.prod(shape) * BITS.get(kind, 8) // 8)
    if size > LARGEST_TENSOR:
        raise DamageError(f"a tensor has the shape {shape}")
    is_sparse = tensor.table(6) is not None
    if sizes[buffer] and kind in BITS and sizes[buffer] != size and not is_sparse:
        raise DamageError(f"a constant of shape {shape} has {sizes[buffer]} bytes")
    quantization = tensor.table(4)
    if quantization is not None:
        quantization.follow("Quantization")
        _quantization(quantization, shape, constant=bool(sizes[buffer]))


def _quantization(table: Table, shape: list[int], *, constant: bool) -> None:
    """As many scales as zero points: none, one, or one per slice of an axis that exists.

    Old converters wrote the axis of the weights beside their bias, too: it has one axis, and as
    many scales as elements. TensorFlow Lite Micro takes that; LiteRT refuses it by itself.
    """
    scales, zero_points = table.vector(2, 4)[1], table.vector(3, 8)[1]
    axis = table.number(6, "<i")
    bias = constant and shape == [scales]
    if scales > 1 and not bias and (not 0 <= axis < len(shape) or scales != shape[axis]):
        raise DamageError(f"{scales} scales for the shape {shape}")
    if zero_points not in {scales, 1}:
        raise DamageError(f"{zero_points} zero points for {scales} scales")
