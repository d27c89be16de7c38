"""The bundle's Java, compiled and run; its Swift, and the notes' code, by their grammars."""

import re
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from runtime.image import quantize
from runtime.tasks.scaling import Scaling
from tests.bundle.conftest import Bundle, Other
from tests.bundle.test_contract import vectors
from tests.bundle.test_tasks import said
from tests.package import grammar

HARNESS = Path(__file__).with_name("java")
LANGUAGES = {"android.md": ("kotlin", "kt"), "ios.md": ("swift", "swift")}


def ran(
    program: str, words: Sequence[str], folder: Path, given: Sequence[bytes]
) -> list[list[int]]:
    """What a program of the harness makes of each thing by the classes of the bundle ``folder``.

    They are compiled for the oldest Java that Android's tools take.
    """
    own = [HARNESS / f"{name}.java" for name in (program, "Given")]
    sources = [*sorted((folder / "java").rglob("*.java")), *own]
    options = ("--release", "8", "-Xlint:all,-options", "-Werror", "-d", folder / "classes")
    called(["javac", *options, *sources])
    told = struct.pack(">i", len(given)) + b"".join(given)
    lines = called(["java", "-cp", folder / "classes", program, *words], told).splitlines()
    assert len(lines) == len(given)
    return [[int(word) for word in line.split()] for line in lines]


def called(words: Sequence[str | Path], given: bytes = b"") -> str:
    """What a program prints."""
    done = subprocess.run(words, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def as_argb(path: Path) -> bytes:
    """A picture as Android decodes it: upright, row by row, ARGB."""
    rgba = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGBA"))
    return struct.pack(">ii", rgba.shape[1], rgba.shape[0]) + rgba[..., [3, 0, 1, 2]].tobytes()


@pytest.mark.parametrize("bundle", ["uint8"], indirect=True)
def test_java_gives_the_pixels_of_every_digit(bundle: Bundle) -> None:
    """Drawn and photographed ones, to the last bit; nothing for blank ones."""
    found = vectors(bundle)
    pictures = [as_argb(bundle.folder / vector["picture"]) for vector in found]
    for vector, pixels in zip(found, ran("OfDigits", [], bundle.folder, pictures), strict=True):
        assert pixels == vector.get("pixels", []), vector["picture"]


def floats(values: Any) -> bytes:
    row = np.asarray(values, ">f4").ravel()
    return struct.pack(">i", row.size) + row.tobytes()


@pytest.mark.parametrize("other", [(n, "uint8") for n in ("colour", "grey", "two")], indirect=True)
def test_java_gives_the_pixels_of_every_picture(other: Other) -> None:
    """Crop, letterbox, stretch; grey and colour; alpha, palettes, EXIF: to the last bit."""
    found, task = said(other, "vectors.json")["vectors"], said(other)["task"]
    pictures = [as_argb(other.folder / vector["picture"]) for vector in found]
    words = [*map(str, task["shape"]), task["fit"].upper()]
    answers = ran("OfPictures", words, other.folder, pictures)
    for vector, pixels in zip(found, answers, strict=True):
        assert pixels == vector["pixels"], vector["picture"]


def test_java_gives_the_codes_of_every_value(other: Other) -> None:
    """What a quantized input takes, by the contract's numbers."""
    told = said(other)
    given, scaling = told["model"]["input"], told["task"]["scaling"]
    if given["type"] == "float32":
        given = {"type": "uint8", "scale": 0.037, "zero_point": 119}
    rows = [
        np.float32(one.get("pixels", one.get("values")))
        for one in said(other, "vectors.json")["vectors"]
    ]
    low = np.iinfo(given["type"]).min
    numbers = struct.pack(">fii", given["scale"], given["zero_point"], low)
    head = floats(scaling["mean"]) + floats(scaling["deviation"]) + numbers
    answers = ran("OfValues", [], other.folder, [head + floats(row) for row in rows])
    by_channel = Scaling(*(tuple(scaling[key]) for key in ("mean", "deviation")))
    for row, codes in zip(rows, answers, strict=True):
        real = by_channel.real(row.reshape(-1, len(scaling["mean"])))
        expected = quantize(real, given["scale"], given["zero_point"], given["type"])
        assert codes == expected.view(np.uint8).ravel().tolist()


def test_swift_and_kotlin_are_of_their_grammars(other: Other, tmp_path: Path) -> None:
    """The ports, and the code of the notes as this bundle has it."""
    for path in (other.folder / "swift").iterdir():
        assert grammar.errors(path) == [], path
    check_notes(other, tmp_path)


def test_notes_on_digits_are_of_their_grammars(bundle: Bundle, tmp_path: Path) -> None:
    """Likewise."""
    check_notes(bundle, tmp_path)


def check_notes(bundle: Bundle, tmp_path: Path) -> None:
    for note, (language, suffix) in LANGUAGES.items():
        blocks = re.findall(rf"```{language}\n(.*?)```", (bundle.folder / note).read_text(), re.S)
        code = [block for block in blocks if "class Network" in block]
        assert len(code) == 1
        path = tmp_path / f"note.{suffix}"
        path.write_text(code[0])
        assert grammar.errors(path) == [], f"{note}: {code[0]}"
