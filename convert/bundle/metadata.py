"""TensorFlow Lite metadata: what a model is, how its pixels become its input, what it answers.

Metadata are a flatbuffer of their own inside the model (``TFLITE_METADATA``), and the files that it
names lie in a zip archive behind the model. Every package that writes them wants versions of
protobuf or native parts that cannot stand beside TensorFlow's, so the few tables that are needed
are written here, field by field. Schema and field numbers: tflite-support's metadata_schema.fbs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers
from ai_edge_litert import schema_py_generated as schema

from convert.bundle import archive, border

FIELD, LABELS = "TFLITE_METADATA", "labels.txt"
_IDENTIFIER = b"M001"
_FIELDS = 10  # of the largest table; absent ones at the end take no space
_PARSER = "1.0.0"  # the oldest that knows all of what is used here
_GREYSCALE = 2  # ColorSpaceType
_IMAGE_PROPERTIES = 2  # in the union ContentProperties
_NORMALIZATION = 1  # in the union ProcessUnitOptions
_AXIS_LABELS = 2  # AssociatedFileType: TENSOR_AXIS_LABELS
_RANGES = {"uint8": (0.0, 255.0), "int8": (-128.0, 127.0), "float32": (0.0, 1.0)}

_Slot = Callable[[Any], None]  # writes one field of a table that has been started


@dataclass(frozen=True)
class About:
    """What the metadata say of a model."""

    name: str
    description: str
    version: str
    io: str  # type of its input and output, of ``border.IO``
    side: int  # of its picture, in pixels


def described(content: bytes, about: About, labels: Sequence[str]) -> bytes:
    """The ``.tflite`` ``content`` with metadata inside and its label file behind it."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = _metadata(about)
    entry.name, entry.buffer = FIELD, len(model.buffers)
    model.buffers.append(buffer)
    model.metadata = [*(model.metadata or ()), entry]
    return archive.appended(border.pack(model), {LABELS: label_file(labels)})


def label_file(labels: Sequence[str]) -> bytes:
    """One label per line, UTF-8."""
    return "".join(f"{label}\n" for label in labels).encode()


def _metadata(about: About) -> bytes:
    to = flatbuffers.Builder(1024)
    subgraph = _table(
        to,
        _tables(to, 2, [_input(to, about)]),
        _tables(to, 3, [_output(to)]),
    )
    root = _table(
        to,
        _text(to, 0, about.name),
        _text(to, 1, about.description),
        _text(to, 2, about.version),
        _tables(to, 3, [subgraph]),
        _text(to, 7, _PARSER),
    )
    to.Finish(root, _IDENTIFIER)
    return bytes(to.Output())


def _input(to: Any, about: About) -> int:
    """TensorMetadata of the picture: normalized value = (pixel - 0) / 255."""
    size = _table(to, _number(0, about.side), _number(1, about.side))
    image = _table(to, _byte(0, _GREYSCALE), _offset(1, size))
    content = _table(to, _byte(0, _IMAGE_PROPERTIES), _offset(1, image))
    scaling = _table(to, _floats(to, 0, [0.0]), _floats(to, 1, [255.0]))
    unit = _table(to, _byte(0, _NORMALIZATION), _offset(1, scaling))
    low, high = _RANGES[about.io]
    stats = _table(to, _floats(to, 0, [high]), _floats(to, 1, [low]))
    return _table(
        to,
        _text(to, 0, "image"),
        _text(to, 1, "greyscale, 0 is paper and 255 is ink, prepared as contract.json says"),
        _offset(3, content),
        _tables(to, 4, [unit]),
        _offset(5, stats),
    )


def _output(to: Any) -> int:
    """TensorMetadata of the logits, whose last axis the label file names."""
    file = _table(
        to,
        _text(to, 0, LABELS),
        _text(to, 1, "one class per line, in the order of the outputs"),
        _byte(2, _AXIS_LABELS),
    )
    return _table(
        to,
        _text(to, 0, "logits"),
        _text(to, 1, "one logit per class; their softmax are probabilities"),
        _tables(to, 6, [file]),
    )


def _table(to: Any, *slots: _Slot) -> int:
    to.StartObject(_FIELDS)
    for write in slots:
        write(to)
    return int(to.EndObject())


def _offset(field: int, place: int) -> _Slot:
    return lambda to: to.PrependUOffsetTRelativeSlot(field, place, 0)


def _text(to: Any, field: int, text: str) -> _Slot:
    return _offset(field, to.CreateString(text))


def _tables(to: Any, field: int, places: Sequence[int]) -> _Slot:
    to.StartVector(4, len(places), 4)
    for place in reversed(places):
        to.PrependUOffsetTRelative(place)
    return _offset(field, to.EndVector())


def _floats(to: Any, field: int, values: Sequence[float]) -> _Slot:
    to.StartVector(4, len(values), 4)
    for value in reversed(values):
        to.PrependFloat32(value)
    return _offset(field, to.EndVector())


def _number(field: int, value: int) -> _Slot:
    return lambda to: to.PrependUint32Slot(field, value, 0)


def _byte(field: int, value: int) -> _Slot:
    """An enumeration, or the type of a union."""
    return lambda to: to.PrependUint8Slot(field, value, 0)
