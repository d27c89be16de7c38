"""TensorFlow Lite metadata: what a model is, how values become its input, what it answers.

Metadata are a flatbuffer of their own inside the model (``TFLITE_METADATA``), and the files that it
names lie in a zip archive behind the model. Every package that writes them wants versions of
protobuf or native parts that cannot stand beside TensorFlow's, so the few tables that are needed
are written here, field by field. Schema and field numbers: tflite-support's metadata_schema.fbs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from convert.bundle import archive, border
from convert.bundle.kinds import KINDS
from runtime.contract import LABELS, Contract
from runtime.tasks.meaning import Classes, Meaning, Reconstruction
from runtime.tasks.task import Task

FIELD = "TFLITE_METADATA"
_IDENTIFIER = b"M001"
_FIELDS = 10  # of the largest table; absent ones at the end take no space
_PARSER = "1.0.0"  # the oldest that knows all of what is used here
_FEATURE_PROPERTIES, _IMAGE_PROPERTIES = 1, 2  # in the union ContentProperties
_NORMALIZATION = 1  # in the union ProcessUnitOptions
_AXIS_LABELS = 2  # AssociatedFileType: TENSOR_AXIS_LABELS; 0 is UNKNOWN
_GREYSCALE = 2  # ColorSpaceType; 1 is RGB
_RANGES = {"uint8": (0.0, 255.0), "int8": (-128.0, 127.0)}

_Slot = Callable[[Any], None]  # writes one field of a table that has been started


@dataclass(frozen=True)
class About:
    """What the metadata say of a model besides its contract."""

    name: str
    version: str  # of thimble
    io: str  # type of its input and outputs, of ``border.IO``


def described(content: bytes, about: About, contract: Contract) -> bytes:
    """The ``.tflite`` ``content`` with metadata inside and its label file, if any, behind it."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = _metadata(about, contract)
    entry.name, entry.buffer = FIELD, len(model.buffers)
    model.buffers.append(buffer)
    kept = [one for one in model.metadata or () if one.name not in (FIELD, FIELD.encode())]
    model.metadata = [*kept, entry]
    whole, labels = border.pack(model), contract.labels
    return archive.appended(whole, {LABELS: label_file(labels)}) if labels else whole


def label_file(labels: Sequence[str]) -> bytes:
    """One label per line, UTF-8."""
    return "".join(f"{label}\n" for label in labels).encode()


def _metadata(about: About, contract: Contract) -> bytes:
    to = flatbuffers.Builder(1024)
    given = _tables(to, 2, [_input(to, about, contract.task)])
    first, *others = contract.outputs
    answers = [_output(to, first, is_first=True), *(_output(to, one) for one in others)]
    subgraph = _table(to, given, _tables(to, 3, answers))
    root = _table(
        to,
        _text(to, 0, about.name),
        _text(to, 1, summary(contract)),
        _text(to, 2, about.version),
        _tables(to, 3, [subgraph]),
        _text(to, 7, _PARSER),
    )
    to.Finish(root, _IDENTIFIER)
    return bytes(to.Output())


def summary(contract: Contract) -> str:
    """What the model does, in a sentence."""
    noun, first = KINDS[contract.task.kind].noun(contract.task), contract.outputs[0]
    if isinstance(first, Classes):
        return f"Reads one {noun} as one of {len(first.labels)} classes."
    if isinstance(first, Reconstruction):
        return f"Reconstructs one {noun}; the error says how odd it is."
    return f"Gives {first.values} {'value' if first.values == 1 else 'values'} for one {noun}."


def _input(to: Any, about: About, task: Task) -> int:
    """TensorMetadata of the input: normalized value = (value - mean) / deviation."""
    kind = KINDS[task.kind]
    content = _content(to, task)
    mean, deviation = task.scaling.mean, task.scaling.deviation
    scaling = _table(to, _floats(to, 0, mean), _floats(to, 1, deviation))
    unit = _table(to, _byte(0, _NORMALIZATION), _offset(1, scaling))
    slots = []
    span = _RANGES.get(about.io) or task.span()
    if span is not None:
        stats = _table(to, _floats(to, 0, span[1:]), _floats(to, 1, span[:1]))
        slots.append(_offset(5, stats))
    return _table(
        to,
        _text(to, 0, kind.given),
        _text(to, 1, kind.described(task)),
        _offset(3, content),
        _tables(to, 4, [unit]),
        *slots,
    )


def _content(to: Any, task: Task) -> int:
    """What the input is of: a picture with its size, or features."""
    if task.stored != np.uint8:
        return _table(to, _byte(0, _FEATURE_PROPERTIES), _offset(1, _table(to)))
    height, width = task.shape[:2]
    size = _table(to, _number(0, width), _number(1, height))
    space = _GREYSCALE if task.shape[2] == 1 else _GREYSCALE - 1
    image = _table(to, _byte(0, space), _offset(1, size))
    return _table(to, _byte(0, _IMAGE_PROPERTIES), _offset(1, image))


_OUTPUTS = {
    "logits": "one logit per class; their softmax are probabilities",
    "probabilities": "one probability per class",
    "independent": "the probability of each class by itself",
    "binary": "the probability of the second class",
}


def _output(to: Any, meaning: Meaning, *, is_first: bool = False) -> int:
    """TensorMetadata of an output; the label file is the first one's."""
    if isinstance(meaning, Reconstruction):
        return _table(to, _text(to, 0, "reconstruction"), _text(to, 1, "the input once more"))
    if not isinstance(meaning, Classes):
        names = ", ".join(meaning.names[:20])
        return _table(to, _text(to, 0, "values"), _text(to, 1, f"values of {names}"))
    files = [_label_file(to, meaning)] if is_first else []
    return _table(
        to,
        _text(to, 0, "logits" if meaning.scores == "logits" else "probabilities"),
        _text(to, 1, _OUTPUTS[meaning.scores]),
        *([_tables(to, 6, files)] if files else []),
    )


def _label_file(to: Any, classes: Classes) -> int:
    """AssociatedFile: it names the last axis, unless one number speaks of two classes."""
    if classes.values != len(classes.labels):
        return _table(to, _text(to, 0, LABELS), _text(to, 1, "one class per line"))
    return _table(
        to,
        _text(to, 0, LABELS),
        _text(to, 1, "one class per line, in the order of the outputs"),
        _byte(2, _AXIS_LABELS),
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
