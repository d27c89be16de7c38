"""runtime.interpreter and runtime.flatbuffer: one interface, and no crash on a bad file."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from runtime import flatbuffer, interpreter
from runtime.errors import BackendError, ModelError


def have(name: str) -> bool:
    return importlib.util.find_spec(interpreter.BACKENDS[name].package) is not None


def in_process(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a Python of its own: only one interpreter can be imported in each."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_installed_lists_what_can_be_found_best_first_and_imports_nothing() -> None:
    """The names are those whose packages exist; asking does not load any of them."""
    code = (
        "import sys; from runtime import interpreter; print(*interpreter.installed()); "
        "print(any(b.package in sys.modules for b in interpreter.BACKENDS.values()))"
    )
    names, loaded = in_process(code).stdout.splitlines()
    order = ["litert", "tflite-runtime", "tensorflow"]
    assert names.split() == [name for name in order if have(name)]
    assert loaded == "False"


RUN = """
import sys; import numpy as np; from pathlib import Path; from runtime import interpreter
runner = interpreter.load(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
shape, dtype = runner.input.shape[1:], runner.input.dtype
batch = np.random.default_rng(1).integers(-128, 128, (3, *shape)).astype(dtype)
print(runner.backend, runner.version, runner.kernels)
print(runner.run(batch).astype(int).tolist())
"""

DIRECT = """
import sys; import numpy as np
if sys.argv[2] == "litert": from ai_edge_litert import interpreter as module
else: from tflite_runtime import interpreter as module
kernels = getattr(module.OpResolverType, sys.argv[3])
native = module.Interpreter(sys.argv[1], num_threads=1, experimental_op_resolver_type=kernels)
native.allocate_tensors()
(given,), (made,) = native.get_input_details(), native.get_output_details()
shape = given["shape"][1:]
batch = np.random.default_rng(1).integers(-128, 128, (3, *shape)).astype(given["dtype"])
rows = []
for example in batch:
    native.set_tensor(given["index"], example[None]); native.invoke()
    rows += native.get_tensor(made["index"]).astype(int).tolist()
print(rows)
"""


@pytest.mark.parametrize("backend", ["litert", "tflite-runtime"])
@pytest.mark.parametrize(
    ("kernels", "resolver"),
    [
        ("default", "AUTO"),
        ("reference", "BUILTIN_REF"),
        ("no-delegate", "BUILTIN_WITHOUT_DEFAULT_DELEGATES"),
    ],
)
def test_a_batch_gives_what_the_interpreter_itself_gives(
    backend: str, kernels: str, resolver: str, model_path: Path
) -> None:
    """Outputs, backend and kernels are those asked for, and nothing is written to stderr."""
    if not have(backend):
        pytest.skip(f"{backend} is not installed")
    ours = in_process(RUN, str(model_path), backend, kernels)
    theirs = in_process(DIRECT, str(model_path), backend, resolver)
    about, outputs = ours.stdout.splitlines()
    assert about.split()[::2] == [backend, kernels]
    assert outputs == theirs.stdout.strip()
    assert ours.stderr == ""


def test_the_input_and_output_are_described(model_path: Path) -> None:
    """Shape, type and quantization are what the int8 export promises."""
    runner = interpreter.load(model_path)
    assert runner.input.shape == (1, 28, 28, 1)
    assert runner.output.shape == (1, 10)
    assert runner.input.dtype == runner.output.dtype == np.int8
    assert runner.input.scale == pytest.approx(1 / 255)
    assert runner.input.zero_point == -128


def test_a_model_from_bytes_runs_like_one_from_a_path(model_path: Path) -> None:
    """Both ways of loading give the same outputs."""
    batch = np.full((2, 28, 28, 1), 7, np.int8)
    from_path, from_bytes = (
        interpreter.load(model).run(batch) for model in (model_path, model_path.read_bytes())
    )
    np.testing.assert_array_equal(from_path, from_bytes)


@pytest.mark.parametrize(
    "batch", [np.zeros((1, 27, 28, 1), np.int8), np.zeros((1, 28, 28, 1), np.float32)]
)
def test_a_batch_that_does_not_fit_is_refused(batch: interpreter.Array, model_path: Path) -> None:
    """A wrong shape and a wrong type are ModelErrors that name what is needed."""
    with pytest.raises(ModelError, match=r"takes int8 \['n', 28, 28, 1\]"):
        interpreter.load(model_path).run(batch)


def test_unknown_names_are_refused(model_path: Path) -> None:
    """A backend or kernels that do not exist are BackendErrors that list those that do."""
    with pytest.raises(BackendError, match="litert, tflite-runtime, tensorflow"):
        interpreter.load(model_path, "onnx")
    with pytest.raises(BackendError, match="default, reference, no-delegate"):
        interpreter.load(model_path, kernels="fast")


def test_a_missing_interpreter_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, model_path: Path
) -> None:
    """With no interpreter installed, the error says which package to install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    for backend in interpreter.BACKENDS.values():
        monkeypatch.delitem(sys.modules, backend.module, raising=False)
    with pytest.raises(BackendError, match="pip install ai-edge-litert"):
        interpreter.load(model_path)
    with pytest.raises(BackendError, match="pip install tflite-runtime"):
        interpreter.load(model_path, "tflite-runtime")


def test_a_second_interpreter_in_a_process_is_refused(model_path: Path) -> None:
    """Their native libraries clash, so the second one is a BackendError, not a crash."""
    if not (have("litert") and have("tflite-runtime")):
        pytest.skip("needs both litert and tflite-runtime")
    code = (
        "import sys; from pathlib import Path; from runtime import errors, interpreter\n"
        "interpreter.load(Path(sys.argv[1]), sys.argv[2])\n"
        "try: interpreter.load(Path(sys.argv[1]), sys.argv[3])\n"
        "except errors.BackendError as error: print(error)"
    )
    for pair in (("litert", "tflite-runtime"), ("tflite-runtime", "litert")):
        assert "new process" in in_process(code, str(model_path), *pair).stdout


def test_litert_and_tensorflow_share_a_process(model_path: Path) -> None:
    """Those two do not clash: both load, in either order, and agree."""
    code = (
        "import sys, numpy as np; from pathlib import Path; from runtime import interpreter\n"
        "loaded = [interpreter.load(Path(sys.argv[1]), name) for name in sys.argv[2:]]\n"
        "image = np.zeros((1, 28, 28, 1), np.int8)\n"
        "print(np.array_equal(*[one.run(image) for one in loaded]))"
    )
    if not (have("litert") and have("tensorflow")):
        pytest.skip("needs both litert and tensorflow")
    for pair in (("litert", "tensorflow"), ("tensorflow", "litert")):
        assert in_process(code, str(model_path), *pair).stdout.strip() == "True"


def test_tensorflow_is_not_imported_unasked(model_path: Path) -> None:
    """Loading a model imports no TensorFlow, nor our packages for training and export."""
    code = (
        "import sys; from pathlib import Path; from runtime import interpreter\n"
        "interpreter.load(Path(sys.argv[1]))\n"
        "print(sorted({'tensorflow', 'train', 'convert'} & set(sys.modules)))"
    )
    assert in_process(code, str(model_path)).stdout.strip() == "[]"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The error names the path."""
    with pytest.raises(ModelError, match=r"nothing\.tflite"):
        interpreter.load(tmp_path / "nothing.tflite")


@pytest.mark.parametrize(
    "content", [b"", b"x", b"TFL3" * 4, bytes(64), np.random.default_rng(1).bytes(5000)]
)
def test_what_is_no_model_is_refused(content: bytes) -> None:
    """Empty, short and random bytes are ModelErrors in one line."""
    with pytest.raises(ModelError) as caught:
        interpreter.load(content)
    assert "\n" not in str(caught.value)


def test_every_truncation_is_refused(model_path: Path) -> None:
    """A model cut anywhere is a ModelError: its last bytes are part of its graph."""
    content = model_path.read_bytes()
    for length in range(0, len(content) - 8, 997):
        with pytest.raises(ModelError):
            flatbuffer.check(content[:length])


def test_a_sound_model_passes(model_path: Path) -> None:
    """The check refuses nothing of the bundled model."""
    flatbuffer.check(model_path.read_bytes())


MUTATE = """
import random, sys; import numpy as np; from pathlib import Path
from runtime import errors, interpreter
original = Path(sys.argv[1]).read_bytes()
outcomes = {"ran": 0, "refused": 0}
for seed in range(300):
    chance = random.Random(seed)
    content = bytearray(original)
    for _ in range(chance.choice((1, 2, 8))):
        place = chance.choice((chance.randrange(600), len(content) - 1 - chance.randrange(4000)))
        content[place] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
    try:
        runner = interpreter.load(bytes(content))
        runner.run(np.zeros((1, *runner.input.shape[1:]), runner.input.dtype))
        outcomes["ran"] += 1
    except errors.ModelError as error:
        assert "\\n" not in str(error)
        outcomes["refused"] += 1
print(outcomes["ran"], outcomes["refused"])
"""


def test_mutated_models_run_or_are_refused_and_never_crash(model_path: Path) -> None:
    """300 models with bytes changed in their structure end in a result or a ModelError."""
    done = in_process(MUTATE, str(model_path))
    assert done.returncode == 0, done.stderr
    ran, refused = map(int, done.stdout.split())
    assert ran + refused == 300
    assert refused > 0
