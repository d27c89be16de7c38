"""The C array: legal C, the same bytes, in flash. gcc, g++ and the Arm tools are the judges."""

import ctypes
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from convert import carray, tflite

FLAGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]
LABELS = ["zero", 'a "quote"', "été", "back\\slash", "tri??/graph", "tab\tand\nline", "3e5"]

READER = """
#include <stdio.h>
#include <stdint.h>
#include "{name}.h"
#include "{name}.h" /* the guard must hold */
int main(void) {{
    fwrite({name}, 1, sizeof {name}, stdout);
    fprintf(stderr, "%u %d %.9g %d %.9g %d %s\\n", {macro}_LENGTH,
        (int)((uintptr_t){name} % 16u), (double){macro}_INPUT_SCALE, {macro}_INPUT_ZERO_POINT,
        (double){macro}_OUTPUT_SCALE, {macro}_OUTPUT_ZERO_POINT, {macro}_SHA256);
    for (unsigned i = 0; i < {macro}_LABEL_COUNT; i++)
        fwrite({name}_labels[i], 1, sizeof(char) * LENGTH({name}_labels[i]) + 1, stderr);
    return 0;
}}
"""


def compile_and_run(folder: Path, array: carray.CArray, compiler: list[str]) -> tuple[bytes, bytes]:
    """What the compiled array and its macros say: (the bytes, the rest)."""
    for name, content in array.files().items():
        (folder / name).write_bytes(content)
    name = array.identifier
    reader = READER.format(name=name, macro=name.upper()).replace("LENGTH(", "length(")
    helper = (
        "static unsigned long length(const char *s)"
        + "{unsigned long n=0;while(s[n])n++;return n;}"
    )
    (folder / "reader.c").write_text(helper + reader)
    sources = [folder / f"{name}.c", folder / "reader.c"]
    subprocess.run([*compiler, *FLAGS, *sources, "-o", folder / "reader"], check=True)
    done = subprocess.run([folder / "reader"], capture_output=True, check=True)
    return done.stdout, done.stderr


@pytest.mark.parametrize(
    "compiler", [["gcc", "-std=c99"], ["g++", "-std=c++11", "-x", "c++"]], ids=["C99", "C++11"]
)
def test_compiled_array_is_file(model_path: Path, tmp_path: Path, compiler: list[str]) -> None:
    """Bytes, alignment, scales, zero points, sha256 and labels come back from the binary."""
    from ai_edge_litert.interpreter import Interpreter

    content = model_path.read_bytes()
    array = carray.generate(tflite.read(model_path), "model.tflite", LABELS)
    data, rest = compile_and_run(tmp_path, array, compiler)
    assert data == content
    line, labels = rest.split(b"\n", 1)
    length, alignment, si, zi, so, zo, digest = line.decode().split()
    judge = Interpreter(model_content=content)
    (scale_in, zero_in) = judge.get_input_details()[0]["quantization"]
    (scale_out, zero_out) = judge.get_output_details()[0]["quantization"]
    assert (int(length), int(alignment)) == (len(content), 0)
    assert digest == hashlib.sha256(content).hexdigest()
    assert (int(zi), int(zo)) == (zero_in, zero_out)
    assert float(si) == pytest.approx(scale_in, rel=1e-7)
    assert float(so) == pytest.approx(scale_out, rel=1e-7)
    assert labels.decode().split("\0")[:-1] == LABELS


def test_litert_runs_the_compiled_array(model_path: Path, tmp_path: Path) -> None:
    """Loaded from the compiled library's memory, the model answers as the file does."""
    from ai_edge_litert.interpreter import Interpreter

    array = carray.generate(tflite.read(model_path), "model.tflite", LABELS)
    for name, content in array.files().items():
        (tmp_path / name).write_bytes(content)
    source, library = tmp_path / f"{array.identifier}.c", tmp_path / "array.so"
    subprocess.run(["gcc", *FLAGS, "-shared", "-fPIC", source, "-o", library], check=True)
    loaded = ctypes.CDLL(str(library))
    length = model_path.stat().st_size
    memory = (ctypes.c_char * length).in_dll(loaded, array.identifier)
    assert ctypes.addressof(memory) % carray.ALIGNMENT == 0
    answers = []
    image = np.random.default_rng(1).integers(-128, 128, (1, 28, 28, 1)).astype(np.int8)
    for judge in (
        Interpreter(model_content=memory.raw),
        Interpreter(model_path=str(model_path)),
    ):
        judge.allocate_tensors()
        judge.set_tensor(judge.get_input_details()[0]["index"], image)
        judge.invoke()
        answers.append(judge.get_tensor(judge.get_output_details()[0]["index"]))
    assert np.array_equal(*answers)


def test_on_a_cortex_m_the_array_stays_in_flash(model_path: Path, tmp_path: Path) -> None:
    """arm-none-eabi-nm finds the array and the label table among read-only data, nothing in RAM."""
    assert shutil.which("arm-none-eabi-gcc"), "install gcc-arm-none-eabi"
    array = carray.generate(tflite.read(model_path), "model.tflite", LABELS)
    for name, content in array.files().items():
        (tmp_path / name).write_bytes(content)
    arm = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-std=c99", *FLAGS, "-c"]
    subprocess.run([*arm, "model_data.c", "-o", "array.o"], cwd=tmp_path, check=True)
    nm = subprocess.run(
        ["arm-none-eabi-nm", "-S", "array.o"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    kinds = {line.split()[-1]: line.split()[-2] for line in nm.stdout.splitlines()}
    assert kinds == {"model_data": "R", "model_data_labels": "R"}
    size = int(re.search(r"(\w+) R model_data$", nm.stdout, re.M).group(1), 16)
    assert size == model_path.stat().st_size


@pytest.mark.parametrize(
    ("file_name", "expected"),
    [
        ("model.tflite", "model_data"),
        ("My model-2.tflite", "My_model_2_data"),
        ("2nd.tflite", "model_2nd_data"),
        ("__init__.tflite", "init_data"),
        ("naïve été.tflite", "na_ve_t_data"),
        ("日本.tflite", "model_data"),
        ("int.tflite", "int_data"),
        ("a*/b.tflite", "b_data"),
        (".tflite", "tflite_data"),
    ],
)
def test_any_file_name_gives_a_legal_identifier(file_name: str, expected: str) -> None:
    """Letters, digits and underscores, a letter first, no keyword and no reserved name."""
    assert carray.identifier(file_name) == expected


def test_a_file_name_cannot_end_the_comment(model_path: Path, tmp_path: Path) -> None:
    """Whatever the file is called, the first line stays one comment and the file compiles."""
    array = carray.generate(tflite.read(model_path), "x*/ int evil; /*.tflite", [])
    assert array.source.split("\n")[0].count("*/") == 1
    for name, content in array.files().items():
        (tmp_path / name).write_bytes(content)
    source = tmp_path / f"{array.identifier}.c"
    subprocess.run(["gcc", "-std=c99", *FLAGS, "-c", source, "-o", tmp_path / "x.o"], check=True)


def test_command_writes_both_files_beside_the_model(run, model_path: Path, tmp_path: Path) -> None:
    """``python -m convert.carray`` works on any .tflite, and says in one line what is wrong."""
    copy = tmp_path / "My net.tflite"
    copy.write_bytes(model_path.read_bytes())
    done = run("convert.carray", copy)
    assert done.returncode == 0, done.stderr
    assert {p.name for p in tmp_path.iterdir()} == {
        "My net.tflite",
        "My_net_data.h",
        "My_net_data.c",
    }
    copy.write_bytes(b"TFL3 no model at all")
    done = run("convert.carray", copy)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_two_models_in_one_image(run, model_path: Path, tmp_path: Path) -> None:
    """Names given with --name do not clash, and the first line makes the files again."""
    for name in ("one", "two"):
        done = run("convert.carray", model_path, "--name", name, "--out", tmp_path)
        assert done.returncode == 0, done.stderr
        first = (tmp_path / f"{name}_data.c").read_text().splitlines()[0]
        assert first == f"/* Made by: python -m convert.carray model.tflite --name {name} */"
    includes = '#include "one_data.h"\n#include "two_data.h"\n'
    main = f"{includes}int main(void) {{ return one_data[0] != two_data[0]; }}"
    (tmp_path / "main.c").write_text(main)
    sources = [tmp_path / f"{name}.c" for name in ("one_data", "two_data", "main")]
    subprocess.run(["gcc", "-std=c99", *FLAGS, *sources, "-o", tmp_path / "main"], check=True)


def test_command_needs_no_tensorflow(run, model_path: Path, tmp_path: Path) -> None:
    """The C array of a finished model can be made where TensorFlow is not installed."""
    (tmp_path / "tensorflow.py").write_text("raise ImportError('blocked by the test')")
    path = f"{tmp_path}:{Path(carray.__file__).parents[1]}"
    done = run("convert.carray", model_path, "--out", tmp_path / "out", env={"PYTHONPATH": path})
    assert done.returncode == 0, done.stderr
