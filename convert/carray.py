"""A ``.tflite`` file as a C array: ``python -m convert.carray model.tflite``.

Writes ``NAME_data.h`` and ``NAME_data.c``, valid C99 and C++11, for firmware that brings its own
interpreter. The array is ``const``, so that it stays in flash, and aligned as flatbuffers need.
"""

import argparse
import hashlib
import math
import re
import shlex
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from convert import publish, tflite
from convert.tflite import Model, Tensor
from runtime import classifier, console
from runtime.errors import DataError

ALIGNMENT = 16
"""Bytes. TensorFlow Lite Micro wants its model aligned like this."""
_PER_LINE = 16
_PLAIN = frozenset((string.ascii_letters + string.digits + " -_.").encode())


@dataclass(frozen=True)
class CArray:
    """The two files, as text."""

    identifier: str  # the array's name in C, and the files' name
    header: str
    source: str

    def files(self) -> Mapping[str, bytes]:
        """File names with their content."""
        name = self.identifier
        return {f"{name}.h": self.header.encode(), f"{name}.c": self.source.encode()}


def identifier(file_name: str) -> str:
    """A legal C identifier for any file name: "My model-2.tflite" gives "My_model_2_data"."""
    return c_name(Path(file_name).stem) + "_data"


def c_name(text: str) -> str:
    """``text`` as what starts C identifiers: letters, digits and underscores, a letter first."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")
    return f"model_{name}".rstrip("_") if not name or name[0].isdigit() else name


def check_name(name: str) -> None:
    """Raise DataError unless ``name`` can start C identifiers, and name a header of its own."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        raise DataError(f"{name!r} is not a valid C identifier: letters, digits, _; a letter first")
    if name in _HEADERS:
        raise DataError(
            f"{name} would hide the C library's {name}.h: choose another name with --name"
        )


def name_argument(text: str) -> str:
    """What reads an argument that is such a name."""
    try:
        check_name(text)
    except DataError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


_HEADERS = frozenset(
    [
        "assert",
        "complex",
        "ctype",
        "errno",
        "fenv",
        "float",
        "inttypes",
        "iso646",
        "limits",
        "locale",
        "math",
        "setjmp",
        "signal",
        "stdalign",
        "stdarg",
        "stdatomic",
        "stdbool",
        "stddef",
        "stdint",
        "stdio",
        "stdlib",
        "stdnoreturn",
        "string",
        "tgmath",
        "threads",
        "time",
        "uchar",
        "wchar",
        "wctype",
    ]
)
"""Names of the C library's headers."""


def command(module: str, file_name: str, name: str | None) -> str:
    """The command that makes C of a file, whose public names start with ``name`` if not its own."""
    own = c_name(Path(file_name).stem)
    option = "" if name is None or c_name(name) == own else f" --name {c_name(name)}"
    return f"python -m {module} {_comment(shlex.quote(Path(file_name).name))}{option}"


def generate(
    model: Model, file_name: str, labels: Sequence[str], public: str | None = None
) -> CArray:
    """The C array of ``model``; the same input gives the same text.

    Its names start with ``public``; None: with that of the file.
    """
    name = identifier(file_name) if public is None else f"{c_name(public)}_data"
    digest = hashlib.sha256(model.content).hexdigest()
    origin = f"/* Made by: {command('convert.carray', file_name, public)} */\n"
    return CArray(
        name,
        header=origin + "\n".join(_header(name, model, digest, labels)) + "\n",
        source=origin + "\n".join(_source(name, model, labels)) + "\n",
    )


def _header(name: str, model: Model, digest: str, labels: Sequence[str]) -> Iterator[str]:
    macro = name.upper()
    yield from (f"#ifndef {macro}_H", f"#define {macro}_H", "")
    yield f"#define {macro}_LENGTH {len(model.content)}u /* bytes */"
    yield f'#define {macro}_SHA256 "{digest}" /* of the .tflite file */'
    for place, numbers in (("INPUT", model.inputs), ("OUTPUT", model.outputs)):
        for index, number in enumerate(numbers):
            suffix = place if len(numbers) == 1 else f"{place}{index}"
            yield from ("", *_tensor_macros(f"{macro}_{suffix}", model.tensors[number]))
    yield from ("", "#ifdef __cplusplus", 'extern "C" {', "#endif", "")
    yield f"/* The model, aligned to {ALIGNMENT} bytes. */"
    yield f"extern const unsigned char {name}[{macro}_LENGTH];"
    if labels:
        yield from ("", "/* What each output stands for, UTF-8. */")
        yield f"#define {macro}_LABEL_COUNT {len(labels)}"
        yield f"extern const char *const {name}_labels[{macro}_LABEL_COUNT];"
    yield from ("", "#ifdef __cplusplus", "}", "#endif", "", f"#endif /* {macro}_H */")


def _tensor_macros(prefix: str, tensor: Tensor) -> Iterator[str]:
    yield f"/* {tensor.dtype.lower()} {list(tensor.shape)} */"
    yield f"#define {prefix}_COUNT {math.prod(tensor.shape)}u /* elements */"
    if len(tensor.scales) == 1:
        yield "/* real = scale * (stored - zero point) */"
        yield f"#define {prefix}_SCALE {tensor.scales[0]:.9g}f"
        yield f"#define {prefix}_ZERO_POINT ({tensor.zero_points[0]})"


def _source(name: str, model: Model, labels: Sequence[str]) -> Iterator[str]:
    yield from (f'#include "{name}.h"', "")
    yield "#if defined(_MSC_VER)"
    yield f"#define ALIGNED __declspec(align({ALIGNMENT}))"
    yield "#else"
    yield f"#define ALIGNED __attribute__((aligned({ALIGNMENT})))"
    yield from ("#endif", "", f"ALIGNED const unsigned char {name}[{name.upper()}_LENGTH] = {{")
    for start in range(0, len(model.content), _PER_LINE):
        row = model.content[start : start + _PER_LINE]
        yield "    " + ", ".join(f"0x{byte:02x}" for byte in row) + ","
    yield "};"
    if labels:
        yield from ("", f"const char *const {name}_labels[{name.upper()}_LABEL_COUNT] = {{")
        yield from (f"    {literal(label)}," for label in labels)
        yield "};"


def literal(text: str) -> str:
    """A C string literal. Octal escapes, because they end after three digits."""
    safe = "".join(chr(byte) if byte in _PLAIN else f"\\{byte:03o}" for byte in text.encode())
    return f'"{safe}"'


def _comment(text: str) -> str:
    """``text`` with what could end or upset a C comment replaced."""
    return re.sub(r"[^\w.,'\" +=@-]", "_", text)


def labels(model: Model, path: Path) -> Sequence[str]:
    """The lines of labels.txt beside the model, one per output; none without that file."""
    shapes = [model.tensors[number].shape for number in model.outputs]
    if not path.with_name("labels.txt").is_file() or len(shapes) != 1 or not shapes[0]:
        return ()
    return classifier.read_labels(path, shapes[0][-1])


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.carray``."""
    result = console.Parser("python -m convert.carray", description=__doc__)
    result.add_argument("model", type=Path, help="any .tflite, or C source with one")
    result.add_argument("--name", help="starts every public name; default: the model's file name")
    result.add_argument("--out", type=Path, metavar="DIR", help="default: beside the model")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    model = tflite.read(options.model)
    array = generate(model, options.model.name, labels(model, options.model), options.name)
    out = options.out or options.model.parent
    publish.files(out, array.files(), source=options.model, own=True)
    files, size = [str(out / name) for name in array.files()], len(model.content)
    text = console.table(("array", "bytes"), [(array.identifier, f"{size:,}")])
    console.finish(f"{text}\n\nwrote {' and '.join(files)}", {"files": files, "bytes": size})
    return 0


if __name__ == "__main__":
    console.run(main)
