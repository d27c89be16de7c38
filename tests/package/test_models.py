"""Any network can be packaged: several inputs and outputs, any type, a state, odd names."""

import re
from pathlib import Path

import pytest

from convert import carray
from convert.compiler import __main__ as compiler
from convert.package import __main__ as command
from runtime.errors import DataError, ModelError, OutputError
from tests.compiler import models, networks
from tests.package import packaged

STRICT = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wsign-conversion", "-Wpedantic"]
STRICT += ["-Wcast-qual", "-Werror", "-O1"]
NETWORKS = {
    "several inputs and outputs": (networks.addition(), 1.0),
    "uint8": (networks.bordered("UINT8"), 1.0),
    "float32": (networks.bordered("FLOAT32"), 0.02),
    "a state": (models.random("READ_VARIABLE ring", 3), 1.0),
    "int16": (models.random("ADD int16", 1), 1.0),
}


def example(library: Path, work: Path, *flags: str) -> str:
    """What the example prints, compiled with every warning an error."""
    sources = [*(library / "src").glob("*.c"), library / "example/main.c"]
    program = work / "example"
    packaged.run("gcc", *STRICT, *flags, "-I", library / "src", *sources, "-o", program)
    return packaged.run(program)


@pytest.mark.parametrize("kind", NETWORKS)
def test_the_example_answers_as_litert(kind: str, tmp_path: Path) -> None:
    """Real numbers in, the same real numbers out."""
    content, step = NETWORKS[kind]
    model = tmp_path / "3 - my model.v2.tflite"
    model.write_bytes(content)
    library = packaged.make("cmake", model, tmp_path / "made")
    assert library.name == "model_3_my_model_v2-cmake"
    printed = example(library, tmp_path)
    assert packaged.lines(printed) == packaged.answers(model, step)
    assert printed == (library / "example/expected.txt").read_text()


def test_labels_are_told(tmp_path: Path) -> None:
    """Those of a file, also with what C, JSON or a shell would stumble over."""
    model, labels = tmp_path / "dense.tflite", tmp_path / "classes.txt"
    model.write_bytes(networks.dense())
    labels.write_text('grün "?"\nb\\n%s\n三??/\n', encoding="utf-8")
    library = packaged.make("cmake", model, tmp_path / "made", "--labels", str(labels))
    said = example(library, tmp_path).splitlines()[-1]
    assert said.removeprefix("label: ") in labels.read_text(encoding="utf-8").splitlines()


def test_two_libraries_go_into_one_program(tmp_path: Path) -> None:
    """No name that a library defines is another's."""
    (tmp_path / "dense.tflite").write_bytes(networks.dense())
    made = [
        packaged.make("cmake", "nano", tmp_path / "one"),
        packaged.make("cmake", tmp_path / "dense.tflite", tmp_path / "two"),
    ]
    (tmp_path / "main.c").write_text(
        "#include <nano.h>\n#include <dense.h>\nstatic nano_arena a;\nstatic dense_arena b;\n"
        "int main(void)\n{\n    return nano_self_test(&a) != NANO_OK "
        "|| dense_self_test(&b) != DENSE_OK;\n}\n"
    )
    places = [word for one in made for word in ("-I", str(one / "src"))]
    sources = [source for one in made for source in (one / "src").glob("*.c")]
    packaged.run("gcc", *STRICT, *places, tmp_path / "main.c", *sources, "-o", tmp_path / "both")
    packaged.run(tmp_path / "both")


def test_the_c_is_the_compilers(tmp_path: Path) -> None:
    """Byte for byte what the compiler writes for that core."""
    library = packaged.make("cmake", "nano", tmp_path / "made", "--optimize", "size")
    found = sorted(path.name for path in (library / "src/cores").iterdir())
    assert {"generic", "cortex-m0", "cortex-m4", "cortex-m55"} <= set(found)
    for core in found:
        out = tmp_path / core
        words = ["--name", "nano", "--target", core, "--optimize", "size", "--out", str(out)]
        compiler.main([str(packaged.NANO), *words, "--quiet"])
        folder = library / "src/cores" / core
        assert (folder / "nano.h").read_bytes() == (out / "nano.h").read_bytes()
        assert (folder / "nano.inc").read_bytes() == (out / "nano.c").read_bytes()


def test_the_same_library_twice_is_the_same(tmp_path: Path) -> None:
    """Same input, same bytes; and it replaces itself."""
    first = packaged.make("cmsis-pack", "nano", tmp_path)
    before = {path.name: path.read_bytes() for path in first.iterdir()}
    packaged.make("cmsis-pack", "nano", tmp_path)
    assert {path.name: path.read_bytes() for path in first.iterdir()} == before


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    """A file more, or one that was changed, is named, and stays until --force."""
    library = packaged.make("cmake", "nano", tmp_path)
    (library / "src/mine.c").write_text("int mine;")
    with pytest.raises(OutputError, match=r"src/mine\.c.*--force"):
        packaged.make("cmake", "nano", tmp_path)
    (library / "src/mine.c").unlink()
    (library / "README.md").write_text("mine")
    with pytest.raises(OutputError, match=r"README\.md, changed since"):
        packaged.make("cmake", "nano", tmp_path)
    assert (library / "README.md").read_text() == "mine"
    packaged.make("cmake", "nano", tmp_path, "--force")
    assert "byte for byte" in (library / "README.md").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--version", "1.0"], "argument --version: '1.0' is no version: give three numbers"),
        (["--licence", "my own!"], "argument --licence: 'my own!' is no SPDX expression"),
        (["--licence", "Proprietary"], "LicenseRef-Proprietary"),
        (["--licence", "MIT OR"], "is no SPDX expression"),
        (["--author", "a\nb"], "more than one line"),
        (["--description", " "], "is blank"),
        (["--url", "nowhere"], "https://"),
        (["--name", "3d"], "valid C identifier"),
        (["--name", "test"], "CMake has a target test of its own"),
        (["--name", "string"], "would hide the C library's string.h"),
        (["--name", "n" * 41], "longer than 40"),
        (["--name", "thimble_quantize"], "every library has a thimble_quantize.h"),
        (["--group", "org.acme"], "--group is of android, and means nothing for cmake"),
        (["--for", "cmak"], "did you mean cmake?"),
    ],
)
def test_a_wrong_word_is_one_line(
    words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the status of a wrong command line; and nothing is written."""
    with pytest.raises(SystemExit) as caught:
        packaged.make("cmake", "nano", tmp_path, *words)
    assert caught.value.code == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_labels_must_be_there(tmp_path: Path) -> None:
    """Else the file is named."""
    with pytest.raises(DataError, match=r"there is no file none\.txt"):
        packaged.make("cmake", "nano", tmp_path, "--labels", "none.txt")


CORE = Path("/usr/share/arduino/hardware/arduino/avr")
HEADERS = sorted(
    path.stem for folder in ("cores/*", "libraries/*/src") for path in CORE.glob(f"{folder}/*.h")
)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *(("arduino", one) for one in [*HEADERS, "Arduino", "SPI", "Wire", "Serial", "eeprom"]),
        ("platformio", "Arduino"),
        ("esp-idf", "main"),
        ("esp-idf", "esp_wifi"),
        ("zephyr", "wifi"),
    ],
)
def test_names_that_a_target_has_itself(
    kind: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every header of Debian's Arduino core and its libraries, and what others call their own."""
    with pytest.raises(SystemExit) as caught:
        packaged.make(kind, "nano", tmp_path, "--name", name)
    assert caught.value.code == 2
    assert "choose another name with --name" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_model_of_such_a_name_needs_another(tmp_path: Path) -> None:
    """The name of the file is no better; for another target it will do."""
    model = tmp_path / "Wire.tflite"
    model.write_bytes(networks.dense())
    with pytest.raises(DataError, match=r"Arduino has a Wire\.h of its own.*--name"):
        packaged.make("arduino", model, tmp_path / "made")
    assert packaged.make("cmake", model, tmp_path / "made").name == "Wire-cmake"


@pytest.mark.parametrize("kind", ["npm", "python"])
def test_a_core_that_no_target_has_is_refused(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would mean nothing; with a target that has it, it does."""
    with pytest.raises(SystemExit):
        packaged.make(kind, "nano", tmp_path, "--core", "avr")
    assert f"--core avr means nothing for {kind}" in capsys.readouterr().err
    packaged.make("cmake", "nano", tmp_path, "--core", "avr", "--for", "python", "--for", "cmake")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["nano-cmake", "nano-python"]


def test_labels_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    """With both numbers."""
    labels = tmp_path / "labels.txt"
    labels.write_text("one\ntwo\n")
    with pytest.raises(ModelError, match="2 labels, the model 10 classes"):
        packaged.make("cmake", "nano", tmp_path / "made", "--labels", str(labels))


@pytest.mark.parametrize("below", ["", "below"])
def test_a_file_is_no_folder(below: str, tmp_path: Path) -> None:
    """It is the file that is named, and not what would be in it; the same for a device."""
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=rf"^{tmp_path}/file is a file, not a folder: .*--out"):
        packaged.make("cmake", "nano", tmp_path / "file" / below)
    with pytest.raises(OutputError, match=r"^/dev/null is not a folder"):
        packaged.make("cmake", "nano", Path("/dev/null") / below)


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    """It is said what it lacks."""
    with pytest.raises(ModelError, match=f"the folder {tmp_path} holds no model.tflite"):
        packaged.make("cmake", tmp_path, tmp_path / "made")


def test_one_target_that_fails_leaves_none_behind(tmp_path: Path) -> None:
    """What is not ours is found before the first is written."""
    (tmp_path / "nano-cmsis-pack").mkdir()
    (tmp_path / "nano-cmsis-pack/mine").touch()
    words = ["nano", "--for", "cmake", "--for", "cmsis-pack", "--out", str(tmp_path), "--quiet"]
    with pytest.raises(OutputError, match="mine"):
        command.main(words)
    assert not (tmp_path / "nano-cmake").exists()


def test_a_core_that_cannot_have_it_is_left_out(tmp_path: Path) -> None:
    """It is said, and that core's compiler stops at the header, with the reason in the README."""
    library = packaged.make("arduino", "base", tmp_path)
    assert not (library / "src/cores/avr").exists()
    text = (library / "README.md").read_text()
    assert "emulated Uno" not in text
    assert (
        "Of such libraries, made of thimble's own networks for the cores that can have them" in text
    )
    assert re.search("Not for `avr`: .* 243,392 bytes of flash at least, 60,000 allowed", text)
    with pytest.raises(AssertionError, match="base is not for an AVR"):
        packaged.run("avr-gcc", "-mmcu=atmega2560", "-c", library / "src/base.c", cwd=tmp_path)


def test_who_names_a_core_wants_it(tmp_path: Path) -> None:
    """Then it is an error that it cannot be had."""
    with pytest.raises(
        ModelError, match=r"avr: .* 243,392 bytes of flash at least, 60,000 allowed"
    ):
        packaged.make("arduino", "base", tmp_path, "--core", "avr")
    assert not list(tmp_path.iterdir())


def test_a_limit_is_kept_on_every_core(tmp_path: Path) -> None:
    """Smaller kernels are taken, the README has the figures, and the command is told in the C."""
    library = packaged.make("cmake", "nano", tmp_path / "made", "--max-ram", "1200")
    text = (library / "README.md").read_text()
    rows = re.findall(r"^\| [\w-]+ +\| +[\d,]+ \| +([\d,]+) \|", text, re.MULTILINE)
    assert len(rows) > 5
    assert max(int(row.replace(",", "")) for row in rows) <= 1200
    assert "--max-ram 1200" in (library / "src/nano.h").read_text()
    assert packaged.lines(example(library, tmp_path)) == packaged.answers(packaged.NANO)


def test_only_the_cores_that_are_named(tmp_path: Path) -> None:
    """And plain C."""
    library = packaged.make("cmake", "nano", tmp_path, "--core", "cortex-m4")
    found = {path.name for path in (library / "src/cores").iterdir()}
    assert found == {"generic", "cortex-m4"}


def test_what_a_model_may_be(tmp_path: Path) -> None:
    """A folder of an export, with what lies beside; or C source with the array."""
    folder = packaged.NANO.parent
    by_folder = packaged.make("cmake", folder, tmp_path / "folder")
    assert by_folder.name == "nano-cmake"
    assert (by_folder / "src/nano_labels.c").is_file()
    carray.main([str(packaged.NANO), "--name", "kept", "--out", str(tmp_path), "--quiet"])
    by_source = packaged.make("cmake", tmp_path / "kept_data.c", tmp_path / "source")
    assert by_source.name == "kept_data-cmake"
    path = "src/cores/generic/{}.inc"
    bodies = [
        (place / path.format(name)).read_text().split("\n", 1)[1].replace(name, "nano")
        for place, name in ((by_folder, "nano"), (by_source, "kept_data"))
    ]
    assert bodies[0] == bodies[1].replace("KEPT_DATA", "NANO")
