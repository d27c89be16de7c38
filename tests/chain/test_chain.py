"""Networks that are not digits through the whole chain, by the commands that a user types.

From data to a trained or given network, its int8 form, proof, C and firmware, and on an emulated
board 0 differing bytes from LiteRT on examples of the data.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.chain import makers
from tests.conftest import Command

ROOT = Path(__file__).parents[2]
BOARD = "netduinoplus2"
EXAMPLES = "8"

pytestmark = pytest.mark.xdist_group("chain")


@dataclass(frozen=True)
class Made:
    """An export, and what it was made of."""

    folder: Path
    data: Path
    options: tuple[str, ...]  # how the data are taken

    def read(self, name: str) -> Any:
        """A JSON file of the export."""
        return json.loads((self.folder / name).read_text())


def trained(what: str, data: Path, target: Path) -> Path:
    """A network trained by Keras 3, in a process that knows nothing of thimble."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("TF_USE", "KERAS"))}
    command = [sys.executable, "-m", "tests.chain.makers", what, str(data), str(target)]
    quiet = clean | {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


def exported(run: Command, out: Path, data: Path, *options: str, model: Path | None = None) -> Made:
    """The export of ``model``, or of the two-block network trained on ``data``."""
    source = ("--model", str(model)) if model else ("--preset", "nano")
    done = run("convert.export", *source, "--data", data, *options, "--out", out)
    assert done.returncode == 0, done.stderr
    (folder,) = (path for path in out.iterdir() if path.is_dir())
    return Made(folder, data, options if "--window" in options else ())


def proven(run: Command, made: Made, out: Path) -> dict[str, Any]:
    """What an emulated board says of examples of the data: no byte differs from LiteRT's."""
    if shutil.which("arm-none-eabi-gcc") is None or shutil.which("qemu-system-arm") is None:
        pytest.skip("needs arm-none-eabi-gcc and qemu-system-arm")
    options = ("--board", BOARD, "--model", made.folder, "--data", made.data, *made.options)
    done = run("firmware.validate", *options, "--images", EXAMPLES, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    (own,) = (row for row in found["mismatches"] if row["match"] == "xnnpack")
    assert own["bytes"] == 0
    assert found["problems"] == []
    return found


def test_photos(run: Command, tmp_path: Path) -> None:
    """A folder of photographs: the two-block network at 32x32x3, trained here."""
    data = makers.photos(tmp_path / "photos")
    made = exported(run, tmp_path / "out", data, "--size", "32x32x3")
    contract = made.read("contract.json")
    assert contract["task"]["kind"] == "image"
    assert contract["task"]["shape"] == [32, 32, 3]
    assert contract["outputs"][0]["labels"] == ["brick", "grass", "gravel"]
    accuracy = made.read("manifest.json")["accuracy"]
    assert accuracy["int8"] > 0.6  # by chance 0.33
    judged = run("runtime.evaluate", "--data", data, "--model", made.folder, "--json")
    assert json.loads(judged.stdout)["accuracy"] == accuracy["int8"]
    assert proven(run, made, tmp_path / "firmware")["accuracy"] > 0.5
    brick = data / "test" / "brick" / "0.png"
    said = run("runtime.predict", "--model", made.folder, "--json", brick)
    assert json.loads(said.stdout)["pictures"][0]["label"] in contract["outputs"][0]["labels"]


def test_keywords(run: Command, tmp_path: Path) -> None:
    """A DS-CNN of Keras 3, functional, with batch normalisation and a softmax, on 49x10x1."""
    data = makers.keywords(tmp_path / "words.npz")
    model = trained("keywords", data, tmp_path / "kws.keras")
    made = exported(run, tmp_path / "out", data, model=model)
    manifest = made.read("manifest.json")
    assert manifest["accuracy"]["float"] > 0.8
    assert manifest["labels"] == ["yes", "no", "up", "down"]
    assert "DEPTHWISE_CONV_2D" in manifest["operators"]
    assert "SOFTMAX" not in manifest["operators"]
    assert proven(run, made, tmp_path / "firmware")["accuracy"] >= 0.75


def test_motions(run: Command, tmp_path: Path) -> None:
    """Windows of a CSV through a Conv1D network that normalizes by itself."""
    table = makers.motions(tmp_path / "motions.csv")
    windows = makers.windows(table, tmp_path / "windows.npz")
    model = trained("motions", windows, tmp_path / "motion.keras")
    made = exported(run, tmp_path / "out", table, "--window", "128/64", model=model)
    task = made.read("contract.json")["task"]
    assert (task["kind"], task["shape"], task["columns"]) == ("tensor", [128, 3], ["x", "y", "z"])
    assert task["scaling"]["mean"][2] == pytest.approx(9.8, abs=1e-3)
    assert made.read("manifest.json")["accuracy"]["int8"] > 0.8
    proven(run, made, tmp_path / "firmware")


def test_a_machine_that_knocks(run: Command, tmp_path: Path) -> None:
    """An autoencoder: judged by its error, which tells a knock from the hum that it knows."""
    data = makers.machine(tmp_path / "machine.npz")
    model = trained("machine", data, tmp_path / "hum.keras")
    made = exported(run, tmp_path / "out", data, model=model)
    (output,) = made.read("contract.json")["outputs"]
    assert output["kind"] == "reconstruction"
    judged = run("runtime.evaluate", "--data", data, "--model", made.folder, "--json")
    found = json.loads(judged.stdout)["detection"]
    assert found["auc"] > 0.95
    assert found["classes"]["normal"]["odd"] < 0.1
    assert found["classes"]["knocking"]["odd"] > 0.9
    proven(run, made, tmp_path / "firmware")


def test_chirps(run: Command, tmp_path: Path) -> None:
    """An LSTM, which keeps a state: no example sees another one's, on the board either."""
    data = makers.chirps(tmp_path / "chirps.npz")
    model = trained("chirps", data, tmp_path / "chirp.keras")
    made = exported(run, tmp_path / "out", data, model=model)
    manifest = made.read("manifest.json")
    assert "UNIDIRECTIONAL_SEQUENCE_LSTM" in manifest["operators"]
    assert manifest["accuracy"]["int8"] > 0.85
    proven(run, made, tmp_path / "firmware")


def test_a_float_tflite(run: Command, tmp_path: Path) -> None:
    """What another converter left as a float .tflite is quantized with the data, and goes on."""
    data = makers.keywords(tmp_path / "words.npz")
    model = trained("keywords", data, tmp_path / "kws.tflite")
    made = exported(run, tmp_path / "out", data, model=model)
    manifest = made.read("manifest.json")
    assert manifest["quantize"] == "ptq"
    assert manifest["accuracy"]["int8"] > 0.8
    proven(run, made, tmp_path / "firmware")
