"""The runtime runs compiled C as it runs a .tflite."""

import platform
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler import samples
from convert.compiler.build import compile_model
from convert.compiler.frontend.read import read
from convert.compiler.targets.options import Options, Target
from runtime import interpreter, machine
from runtime.classifier import Classifier
from runtime.compiled import CompiledModel
from runtime.errors import BackendError, ModelError
from tests.compiler import networks

LOOPS = machine._LOOPS
V3 = {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"}


@pytest.fixture
def compiled(model_path: Path, tmp_path: Path) -> Path:
    """A folder with the bundled model, its labels and its C; the path of the .tflite."""
    for name, content in compile_model(tflite.read(model_path), "model").files().items():
        (tmp_path / name).write_bytes(content)
    for name in ("model.tflite", "labels.txt"):
        (tmp_path / name).write_bytes(model_path.with_name(name).read_bytes())
    return tmp_path / "model.tflite"


def test_backend_c_gives_the_interpreter_s_bytes(compiled: Path) -> None:
    """For this machine, in plain C, and by the path of a .c: LiteRT's outputs, and the labels."""
    images = np.random.default_rng(8).integers(0, 256, (50, 28, 28), np.uint8)
    expected = Classifier(compiled, "litert").raw(images)
    made = [Classifier(compiled, "c"), Classifier(compiled, "c:generic")]
    for model in (*made, Classifier(compiled.with_suffix(".c"))):
        assert np.array_equal(model.raw(images), expected)
        assert model.interpreter.backend == "c"
        assert model.labels == Classifier(compiled, "litert").labels


def test_scores_are_in_the_same_unit(compiled: Path) -> None:
    """Scale and zero point are read from the header to the last bit."""
    images = np.random.default_rng(8).integers(0, 256, (5, 28, 28), np.uint8)
    left, right = (Classifier(compiled, backend).scores(images) for backend in ("c", "litert"))
    assert np.array_equal(left, right)


def test_a_changed_weight_is_refused(compiled: Path) -> None:
    """The self-test runs before the first picture."""
    source = compiled.with_suffix(".c")
    text = source.read_text()
    changed = re.sub(r"(/\* out_ch 3 \*/\s+)-?\d+", r"\g<1>99", text, count=1)
    assert changed != text
    source.write_text(changed)
    with pytest.raises(ModelError, match="self-test"):
        Classifier(source)


def test_what_is_missing_is_named(compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No C compiler, no header, no C: each is one clear error."""
    source = compiled.with_suffix(".c")
    monkeypatch.setenv("CC", "no-such-compiler")
    for path, backend in ((compiled, "c"), (source, None)):
        with pytest.raises(BackendError, match="no-such-compiler"):
            Classifier(path, backend)
    monkeypatch.delenv("CC")
    source.write_text("int x = ;")
    with pytest.raises(BackendError, match=r"model\.c"):
        Classifier(source)
    source.with_suffix(".h").unlink()
    with pytest.raises(ModelError, match=r"convert\.compiler"):
        Classifier(source)


def test_c_is_made_for_the_machine_that_runs_it(
    compiled: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where its processor has what the kernels need; what it lacks is refused before it runs."""
    assert Classifier(compiled, "c").interpreter.target == machine.target()
    assert Classifier(compiled, "c:generic").interpreter.target == "generic"
    foreign = next(one for one in machine.TARGETS[1:] if one != machine.target())
    with pytest.raises(BackendError, match=f"does not run C for {foreign}"):
        Classifier(compiled, f"c:{foreign}")
    options = Options(target=Target(foreign))
    for name, content in compile_model(tflite.read(compiled), "far", options).files().items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BackendError, match=f"does not run C for {foreign}"):
        CompiledModel(tmp_path / "far.c")
    monkeypatch.setattr(machine, "_features", lambda: frozenset(("sse2", "avx")))
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    assert Classifier(compiled, "c").interpreter.target == "generic"


@pytest.mark.parametrize(
    ("kind", "features", "target", "flags"),
    [
        ("x86_64", V3, "x86-64-v3", ("-march=x86-64-v3", *LOOPS)),
        ("x86_64", V3 | {"avx_vnni"}, "x86-64-v3", ("-march=x86-64-v3", "-mavxvnni", *LOOPS)),
        ("AMD64", V3 - {"fma"}, "generic", ()),
        ("aarch64", {"fp", "asimd"}, "aarch64", ("-march=armv8-a",)),
        ("aarch64", {"asimd", "asimddp"}, "aarch64", ("-march=armv8.2-a+dotprod",)),
        ("riscv64", {"v"}, "generic", ()),
    ],
)
def test_the_processor_is_asked(
    kind: str,
    features: set[str],
    target: str,
    flags: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As /proc/cpuinfo spells what it has, and what the C compiler is told of it."""
    monkeypatch.setattr(platform, "machine", lambda: kind)
    monkeypatch.setattr(machine, "_features", lambda: frozenset(features))
    assert machine.target() == target
    assert machine.flags(target) == flags


def test_the_flags_are_the_compiler_s() -> None:
    """What x86-64-v3 names is what the C compiler takes it for."""
    if platform.machine() != "x86_64":
        pytest.skip("asks a compiler for x86")
    words = ["cc", "-march=x86-64-v3", "-dM", "-E", "-x", "c", "/dev/null"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    macros = {"abm": "LZCNT", "bmi1": "BMI"}
    for one in V3:
        assert f"__{macros.get(one, one.upper())}__ 1" in told


def test_kernels_choose_whose_bytes(compiled: Path) -> None:
    """Default ones are XNNPACK's, reference ones the reference kernels'; others there are not."""
    images = np.random.default_rng(8).integers(0, 256, (300, 28, 28), np.uint8)
    found = [Classifier(compiled, "c", kernels).raw(images) for kernels in ("default", "reference")]
    for ours, kernels in zip(found, ("default", "reference"), strict=True):
        assert np.array_equal(ours, Classifier(compiled, "litert", kernels).raw(images))
    with pytest.raises(BackendError, match="no kernels 'no-delegate'"):
        Classifier(compiled, "c", "no-delegate")
    with pytest.raises(BackendError, match="there is no backend c:z80"):
        Classifier(compiled, "c:z80")


def built(content: bytes, folder: Path, name: str = "Net_2") -> CompiledModel:
    for file, text in compile_model(tflite.parse(content), name).files().items():
        (folder / file).write_bytes(text)
    return CompiledModel(folder / f"{name}.c")


def test_several_inputs_and_outputs(tmp_path: Path) -> None:
    """In the file's order, each with its type, shape and scale; LiteRT's bytes."""
    content = networks.addition()
    model = built(content, tmp_path)
    assert [(t.name, t.shape, t.dtype) for t in (*model.inputs, *model.outputs)] == [
        ("input_left", (1, 3, 4), np.int8),
        ("input_right", (1, 3, 4), np.int8),
        ("output_total", (1, 3, 4), np.int8),
        ("output_other", (1, 3, 4), np.int8),
    ]
    assert [t.zero_point for t in (*model.inputs, *model.outputs)] == [3, -7, 1, -2]
    assert np.float32(model.inputs[1].scale) == np.float32(0.1)
    given = samples.random(read(tflite.parse(content)), 20, 1)
    expected = interpreter.run_all(content, given, "litert", "default")
    for left, right in zip(model.run_all(given), expected, strict=True):
        assert np.array_equal(left, right)
    with pytest.raises(ModelError, match="2 inputs and 2 outputs"):
        model.run(given[0][:, 0])
    for wrong in (given[0].astype(np.int16), given[0][:, 0]):
        with pytest.raises(ModelError, match=r"int8 \['n', 1, 3, 4\]"):
            model.run_all([wrong, given[1]])


def test_comments_of_the_header_mean_nothing(tmp_path: Path) -> None:
    """Only its macros and declarations are read."""
    content = networks.dense()
    expected = built(content, tmp_path).inputs
    header = tmp_path / "Net_2.h"
    lies = '/*\n#define NET_2_INPUT_TYPE "float32"\n#define NET_2_INPUT_SHAPE {7}\n*/\n'
    header.write_text(lies + re.sub(r"/\* .*int8 .*\*/", "/* */", header.read_text()))
    assert CompiledModel(tmp_path / "Net_2.c").inputs == expected


def test_a_state_goes_on_until_it_is_reset(tmp_path: Path) -> None:
    """From one run to the next and from call to call, as in the runtime."""
    content = networks.with_state()
    model = built(content, tmp_path)
    given = samples.random(read(tflite.parse(content)), 20, 1)
    (expected,) = interpreter.run_all(content, given, "litert", "default")
    for _ in range(2):
        answers = [model.run_all([given[0][part]])[0] for part in (slice(7), slice(7, None))]
        assert np.array_equal(np.concatenate(answers), expected)
        model.reset()


def test_predict_from_the_command_line(run, compiled: Path, tmp_path: Path) -> None:
    """``--backend c`` reads a drawn digit and says so."""
    from PIL import Image, ImageDraw

    picture = Image.new("L", (60, 80), 255)
    ImageDraw.Draw(picture).line((30, 10, 30, 70), fill=0, width=8)
    picture.save(tmp_path / "one.png")
    done = run("runtime.predict", "--model", compiled, "--backend", "c", tmp_path / "one.png")
    assert done.returncode == 0, done.stderr
    assert "c thimble" in done.stdout
