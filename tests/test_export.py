"""The main job from end to end, as on a machine without MNIST and network."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from convert import export, parity
from convert.request import Request
from runtime.errors import DataError, GateError
from runtime.tasks.digits import TASK
from train import data, presets, store
from train.tf import configure, keras

ROOT = Path(__file__).parents[1]
OPS = ["CONV_2D", "MAX_POOL_2D", "CONV_2D", "MAX_POOL_2D", "RESHAPE", "FULLY_CONNECTED"]
PRESET = ("--preset", "nano")
FILES = {
    "bundle.zip",
    "contract.json",
    "float.keras",
    "labels.txt",
    "manifest.json",
    "model.c",
    "model.h",
    "model.tflite",
    "model_data.c",
    "model_data.h",
    "model_float.tflite",
    "qat.h5",
    "report.html",
    "report.json",
    "report.md",
}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a machine without MNIST, whose network leads nowhere."""
    home = tmp_path_factory.mktemp("home")
    (home / "sitecustomize.py").write_text(
        "import train.download as d\nd.MIRRORS = ('http://127.0.0.1:9/',)\n"
    )
    path = f"{home}:{ROOT}"
    keep = {k: v for k, v in os.environ.items() if k != "THIMBLE_DATA"}
    return keep | {"XDG_CACHE_HOME": str(home), "PYTHONPATH": path}


def words(out: Path, *more: str, source: Sequence[str] = PRESET) -> list[str]:
    return [sys.executable, "-m", "convert.export", *source, "--out", str(out), *more]


@pytest.fixture(scope="module")
def exported(bare: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``convert.export --preset nano`` leaves; its console output is in ../console."""
    out = tmp_path_factory.mktemp("build")
    done = subprocess.run(
        words(out), cwd=ROOT, env=bare, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (out / "console").write_text(done.stdout)
    return out / "nano"


def sums(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def test_everything_is_there_and_in_the_manifest(exported: Path) -> None:
    """The manifest lists every other file with its true size and sha256."""
    manifest = json.loads((exported / "manifest.json").read_text())
    assert {path.name for path in exported.iterdir()} == FILES
    assert set(manifest["files"]) == FILES - {"manifest.json"}
    for name, entry in manifest["files"].items():
        content = (exported / name).read_bytes()
        assert entry == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def test_only_the_expected_operators(exported: Path) -> None:
    """LiteRT reads in the file: int8, batch 1, and zero points of -128 after ReLU."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    judge = Interpreter(
        str(exported / "model.tflite"), experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    judge.allocate_tensors()
    operators = judge._get_ops_details()
    assert [operator["op_name"] for operator in operators] == OPS
    tensors = {tensor["index"]: tensor for tensor in judge.get_tensor_details()}
    for operator in operators[:-1]:
        assert tensors[operator["outputs"][0]]["quantization"][1] == -128
    (given,) = judge.get_input_details()
    assert given["dtype"] == np.int8
    assert given["shape"].tolist() == [1, 28, 28, 1]
    assert given["quantization"] == (np.float32(1 / 255), -128)


def test_int8_is_the_fine_tuned_network(exported: Path) -> None:
    """Layer by layer: what is left between fake and real quantization is the rounding of halves."""
    from convert import compare
    from convert.compare import versions
    from convert.compare.given import Given

    configure(0)
    test = data.split(data.embedded()).test
    given = Given((TASK.real(test.inputs[:64]),), test.source, "picture")
    qat, int8 = versions.load(f"{exported}@qat"), versions.load(str(exported))
    found = compare.compare(qat, int8, given, threshold=30)
    assert found.first is None
    assert all(row.own_db is not None for row in found.rows)


def test_the_data_is_named_everywhere(exported: Path) -> None:
    """Console, report and manifest say that this was not MNIST."""
    manifest = json.loads((exported / "manifest.json").read_text())
    report = json.loads((exported / "report.json").read_text())
    assert "not MNIST" in manifest["data"]["source"]
    assert report["data"] == manifest["data"]
    assert "not MNIST" in (exported / "report.md").read_text()
    assert "not MNIST" in (exported.parent / "console").read_text()


def test_reported_accuracy_is_what_litert_measures(exported: Path) -> None:
    """The int8 accuracy in the report is that of LiteRT itself on the same test images."""
    from ai_edge_litert.interpreter import Interpreter

    test = data.split(data.embedded()).test
    judge = Interpreter(str(exported / "model.tflite"))
    judge.allocate_tensors()
    read = []
    for image in test.inputs:
        # int8 pixel = uint8 pixel - 128, because the scale is 1/255 and the zero point -128
        judge.set_tensor(
            judge.get_input_details()[0]["index"], (image[None, ..., None] ^ 128).view(np.int8)
        )
        judge.invoke()
        read.append(judge.get_tensor(judge.get_output_details()[0]["index"]).argmax())
    report = json.loads((exported / "report.json").read_text())
    accuracy = report["judged"][0]["int8"]["accuracy"]
    assert accuracy == np.mean(read == test.labels)
    assert accuracy > 0.9
    assert sum(map(sum, report["judged"][0]["confusion"])) == len(test)


def test_two_exports_give_the_same_bytes(
    exported: Path, bare: dict[str, str], tmp_path: Path
) -> None:
    """Every artifact has the same sha256 when the same input is exported again."""
    subprocess.run(words(tmp_path), cwd=ROOT, env=bare, capture_output=True, check=True)
    assert sums(tmp_path / "nano") == sums(exported)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
@pytest.mark.parametrize("moment", ["training", "int8 model", "parity"])
def test_interrupted_export_leaves_the_previous_result(
    exported: Path, bare: dict[str, str], how: signal.Signals, moment: str, tmp_path: Path
) -> None:
    """Stopped at any stage, the result of the export before is untouched."""
    before = sums(exported)
    trained = tmp_path / "nano.keras"  # spares the later stages the training
    trained.write_bytes((exported / "float.keras").read_bytes())
    source = PRESET if moment == "training" else ("--model", str(trained), "--force")
    job = subprocess.Popen(
        words(exported.parent, "--seed", "1", source=source),
        cwd=ROOT,
        env=bare | {"PYTHONUNBUFFERED": "1", MARK: str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert job.stdout is not None
    assert any(line.startswith(moment) for line in job.stdout)
    job.send_signal(how)
    _, errors = job.communicate()
    assert job.returncode != 0
    assert "Traceback" not in errors
    assert sums(exported) == before
    assert none_lives(f"{MARK}={tmp_path}")
    if how == signal.SIGINT:
        assert {path.name for path in exported.parent.iterdir()} == {"console", "nano"}


MARK = "THIMBLE_MARK"
"""An environment variable by which the processes of a test are known."""


def none_lives(mark: str) -> bool:
    """Whether no process with ``mark`` in its environment is left, within a little time."""
    for _ in range(100):
        alive = [path for path in Path("/proc").glob("[0-9]*/environ") if mark in environment(path)]
        if not alive:
            return True
        time.sleep(0.1)
    return False


def environment(path: Path) -> list[str]:
    """Of a process; of one that is gone, or dead and not yet waited for, nothing."""
    try:
        return path.read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


@pytest.fixture
def request_(tmp_path: Path, no_mnist: None) -> Request:  # noqa: ARG001
    """An export of a float model of our own, on the embedded digits."""
    configure(0)
    layers = keras.layers
    model = keras.Sequential(
        [layers.InputLayer((28, 28, 1)), layers.Conv2D(2, 5), layers.Flatten(), layers.Dense(10)]
    )
    store.write(tmp_path / "mine.keras", store.dump(model))
    mine, out = tmp_path / "mine.keras", tmp_path / "out"
    base = presets.find("base")  # the network is untrained: any accuracy shall do
    return Request(base, out, mine, quantize="ptq", max_drop=5.0, min_accuracy=0.0)


def test_a_model_of_ones_own_is_exported_under_its_name(request_: Request) -> None:
    """``--model mine.keras --quantize ptq`` gives out/mine with an int8 model."""
    export.export(request_)
    assert {path.name for path in (request_.out / "mine").iterdir()} == FILES - {"qat.h5"}


def test_io_is_the_bundled_model_s_alone(request_: Request) -> None:
    """``--io float32`` changes the bundle; the int8 model and its C are what they are without."""
    export.export(request_)
    before = sums(request_.out / "mine")
    export.export(replace(request_, io="float32"))
    folder = request_.out / "mine"
    changed = {name for name, digest in sums(folder).items() if digest != before[name]}
    assert changed == {"bundle.zip", "manifest.json", "report.html", "report.json"}
    with zipfile.ZipFile(folder / "bundle.zip") as archive:
        model = json.loads(archive.read("contract.json"))["model"]
    assert model["input"]["type"] == model["output"]["type"] == "float32"
    assert "--io float32" in json.loads((folder / "manifest.json").read_text())["command"]


def test_public_names_are_what_is_asked_for(request_: Request) -> None:
    """``--name net`` names the C and its files, and stands in the commands that make it again."""
    export.export(replace(request_, name="net"))
    folder = request_.out / "mine"
    renamed = {name.replace("model", "net") for name in FILES if name.endswith((".c", ".h"))}
    assert {path.name for path in folder.iterdir() if path.suffix in (".c", ".h")} == renamed
    assert "net_arena" in (folder / "net.h").read_text()
    for name in ("net.c", "net_data.c"):
        assert "model.tflite --name net" in (folder / name).read_text().splitlines()[0]
    assert "--name net" in json.loads((folder / "manifest.json").read_text())["command"]


def test_a_network_that_has_learnt_nothing_is_not_published(request_: Request) -> None:
    """Int8 may equal it: what guesses is refused before it is quantized, and nothing is written."""
    with pytest.raises(GateError, match="it has not learnt this data"):
        export.export(replace(request_, min_accuracy=None))
    assert not (request_.out / "mine").exists()


def test_gate_keeps_the_previous_result(request_: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    """A drop beyond --max-drop is an error, and what was there before stays."""
    export.export(request_)
    before = sums(request_.out / "mine")
    real = parity.measure

    def worse(*arguments: object) -> tuple[parity.Parity, object]:
        found, reals = real(*arguments)
        assert found.real is not None
        lost = replace(found.real, figure=found.real.figure - 0.06)
        return replace(found, judged=(replace(found.first, int8=lost),)), reals

    monkeypatch.setattr(parity, "measure", worse)
    with pytest.raises(GateError, match=r"6\.00 points.*allowed are 5\.00"):
        export.export(replace(request_, seed=1))
    assert sums(request_.out / "mine") == before


@pytest.mark.parametrize(
    ("shape", "classes", "message"),
    [
        ((32, 32, 1), 10, r"\[32, 32, 1\]: pass --data"),
        ((28, 28, 3), 10, r"\[28, 28, 3\]: pass --data"),
        ((28, 28, 1), 7, "7 values and the data have 10 classes"),
    ],
)
def test_model_that_does_not_fit_the_data_is_refused(
    request_: Request, shape: tuple[int, int, int], classes: int, message: str
) -> None:
    """Digits are not the data of a network of another shape, nor of other classes."""
    layers = keras.layers
    model = keras.Sequential([layers.InputLayer(shape), layers.Flatten(), layers.Dense(classes)])
    assert request_.model
    store.write(request_.model, store.dump(model))
    with pytest.raises(DataError, match=message):
        export.export(request_)


@pytest.mark.parametrize(
    "more",
    [
        ("--model", "nowhere.keras"),
        ("--data", "nowhere"),
        ("--out", "pyproject.toml"),
        ("--name", "a/b"),
        ("--name", ""),
    ],
)
def test_bad_input_is_one_line(run, more: tuple[str, str]) -> None:
    """Status 1 and a single line that names what is wrong."""
    done = run("convert.export", *more)
    assert done.returncode == (2 if more[0] == "--name" else 1)
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert more[0].strip("-") in done.stderr or more[1] in done.stderr


def test_another_network_is_not_replaced_unasked(
    exported: Path, bare: dict[str, str], tmp_path: Path
) -> None:
    """Nor are files that no export wrote: one line before anything is trained."""
    mine = tmp_path / "nano.keras"
    mine.write_bytes((exported / "float.keras").read_bytes())
    folder = tmp_path / "build" / "nano"
    shutil.copytree(exported, folder)
    for said in ("is the export of --preset nano, not of --model nano.keras", "(notes.txt)"):
        before = sums(folder)
        job = subprocess.run(
            words(folder.parent, source=("--model", str(mine)) if "not of" in said else PRESET),
            cwd=ROOT,
            env=bare,
            capture_output=True,
            text=True,
            check=False,
        )
        assert job.returncode == 1
        assert said in job.stderr
        assert len(job.stderr.splitlines()) == 1
        assert "--force" in job.stderr
        assert sums(folder) == before
        (folder / "notes.txt").write_text("mine")
