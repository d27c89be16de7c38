"""The firmware's commands as their users meet them."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from convert.report import gathered
from convert.report.gathered import Places
from firmware import boards
from runtime.classifier import Classifier
from runtime.dataset import Examples
from tests.conftest import ROOT, Command
from tests.firmware.images import image
from tests.firmware.test_flash import empty_board

EXAMPLES = Path(__file__).parents[2] / "runtime/examples"


def pictures(folder: Path) -> Path:
    """A folder of pictures, one subfolder per class: bars, which need not look like digits."""
    rng = np.random.default_rng(6)
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True)
        for number in range(2):
            pixels = np.zeros((28, 28), np.uint8)
            pixels[4:24, 8 + number : 12 + digit] = rng.integers(128, 256)
            Picture.fromarray(pixels).save(folder / str(digit) / f"{number}.png")
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of pictures."""
    return pictures(tmp_path / "data")


def test_validate_writes_what_it_found(run: Command, data: Path, tmp_path: Path) -> None:
    """JSON on the console and in the image's folder, with accuracy, mismatches and memory."""
    options = ("--board", "microbit", "--model", "nano", "--data", data, "--out", tmp_path)
    done = run("firmware.validate", *options, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert json.loads((tmp_path / "microbit-nano-xnnpack/validation.json").read_text()) == found
    with np.load(tmp_path / "microbit-nano-xnnpack/answers.npz") as recorded:
        expected = Classifier("nano").raw(recorded["images"])
        np.testing.assert_array_equal(recorded["output"], expected)
    assert found["data"] == {"source": "folder data", "images": 20, "random": False}
    assert sum(map(sum, found["confusion"])) == 20
    own = {row["match"]: row["bytes"] for row in found["mismatches"]}
    assert own["xnnpack"] == 0
    assert found["memory"]["flash"]["built"] <= found["memory"]["flash"]["predicted"]
    assert found["problems"] == []
    report = {"model": "nano", "files": {"model.tflite": {"sha256": found["device"]["sha256"]}}}
    places = Places(tmp_path, tmp_path, tmp_path / "no bench")
    (row,) = gathered.gather(report, places)["boards"]
    assert (row["board"], row["accuracy"]) == ("microbit", found["accuracy"])
    assert (row["images"], row["data"]) == (20, "folder data")


def test_validate_shows_tables(run: Command, data: Path, tmp_path: Path) -> None:
    """People get tables, and the confusion matrix."""
    options = ("--board", "mps2-an386", "--model", "nano", "--data", data, "--out", tmp_path)
    done = run("firmware.validate", *options, "--images", "5")
    assert done.returncode == 0, done.stderr
    assert "LiteRT's default kernels (XNNPACK) (must match) |               0 |" in done.stdout
    assert "Confusion" in done.stdout
    assert "of 5 (folder data)" in done.stdout


def test_validate_fails_on_a_mismatch(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One byte that differs from the named runtime is status 1, with the count."""
    from firmware import validate
    from runtime import worker
    from runtime.errors import GateError

    honest = worker.run

    def off_by_one(*arguments: object, **more: object) -> list[np.ndarray]:
        answers = [np.array(one) for one in honest(*arguments, **more)]
        answers[0].flat[0] ^= 1
        return answers

    monkeypatch.setattr(worker, "run", off_by_one)
    options = ["--board", "microbit", "--model", "nano", "--data", str(data), "--images", "3"]
    with pytest.raises(GateError, match="1 bytes differ from xnnpack"):
        validate.main([*options, "--out", str(tmp_path)])
    assert "|               1 |" in capsys.readouterr().out


def test_validate_refuses_a_board_with_another_model(
    run: Command, data: Path, tmp_path: Path
) -> None:
    """A device that runs something else is named, before any image is sent."""
    with empty_board("microbit", tmp_path) as (address, serial):
        build = ("--board", "microbit", "--out", tmp_path)
        assert run("firmware.flash", *build, "--model", "nano", "--gdb", address).returncode == 0
        options = ("--model", "micro", "--data", data, "--port", serial)
        done = run("firmware.validate", *build, *options)
    assert done.returncode == 1
    assert "the device runs nano (xnnpack" in done.stderr
    assert done.stderr.count("\n") == 1


def test_validate_takes_a_port(run: Command, data: Path, tmp_path: Path) -> None:
    """The same command proves a board that is plugged in; it counts ticks, not instructions."""
    with empty_board("microbit", tmp_path) as (address, serial):
        build = ("--board", "microbit", "--model", "nano", "--out", tmp_path)
        assert run("firmware.flash", *build, "--gdb", address).returncode == 0
        done = run("firmware.validate", *build, "--data", data, "--port", serial, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["inference"]["unit"] == "timer ticks"
    assert found["mismatches"][0]["bytes"] == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--board", "stm32vldiscovery", "--model", "base"), "these fit: small, micro, nano"),
        (("--board", "pico"), "no emulator here runs pico"),
        (("--board", "microbit", "--model", "nonsense"), "there is no model nonsense"),
        (
            ("--board", "microbit", "--model", "nano", "--port", "/dev/none"),
            "cannot open /dev/none",
        ),
        (("--board", "microbit", "--data", "/nonexistent"), "does not exist"),
    ],
)
def test_wrong_input_is_one_line(
    options: tuple[str, ...], says: str, run: Command, data: Path, tmp_path: Path
) -> None:
    """What is wrong and what to do, status 1, no traceback."""
    more = () if "--data" in options else ("--data", data)
    done = run("firmware.validate", *options, *more, "--out", tmp_path)
    assert done.returncode == 1
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_client_reads_pictures(run: Command, tmp_path: Path) -> None:
    """Good pictures are answered, a bad one is an error, and the status says so."""
    pictures = [EXAMPLES / name for name in ("two.jpg", "seven.jpg")]
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"")
    options = ("--board", "netduinoplus2", "--model", "small")
    done = run("firmware.client", *pictures, broken, *options)
    assert done.returncode == 1
    answers = [line.split()[3] for line in done.stdout.splitlines()[3:]]
    assert answers == ["2", "7"]
    assert "empty file" in done.stderr
    assert "instructions" in done.stdout


def test_client_names_what_it_counts(run: Command) -> None:
    """Of an AVR those are cycles, in the table and for machines."""
    options = (EXAMPLES / "two.jpg", "--board", "uno", "--model", "nano")
    told = json.loads(run("firmware.client", *options, "--json").stdout)
    (row,) = next(rows for rows in told.values() if isinstance(rows, list))
    assert row["cycles"] > 1_000_000
    assert "instructions" not in row
    header = run("firmware.client", *options).stdout.splitlines()[1]
    assert header.split("|")[3].strip() == "cycles"


def test_client_watches_a_picture(tmp_path: Path) -> None:
    """--watch answers again when the file changes, and ends quietly on an interrupt."""
    picture = tmp_path / "digit.jpg"
    shutil.copy(EXAMPLES / "two.jpg", picture)
    words = [sys.executable, "-m", "firmware.client", str(picture), "--watch"]
    words += ["--board", "microbit", "--model", "micro"]
    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as watching:
        assert watching.stdout is not None
        watching.stdout.readline()
        assert watching.stdout.readline().split()[1] == "2"
        replacement = tmp_path / "new.jpg"
        shutil.copy(EXAMPLES / "seven.jpg", replacement)
        replacement.replace(picture)
        assert watching.stdout.readline().split()[1] == "7"
        watching.send_signal(signal.SIGINT)
        _, errors = watching.communicate(timeout=20)
    assert watching.returncode == 130
    assert errors == "interrupted\n"


def test_killed_command_leaves_no_emulator(tmp_path: Path) -> None:
    """However a command ends, the emulator ends with it."""
    picture = tmp_path / "digit.jpg"
    shutil.copy(EXAMPLES / "two.jpg", picture)
    words = [sys.executable, "-m", "firmware.client", str(picture), "--watch"]
    words += ["--board", "microbit", "--model", "nano"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        watching.stdout.readline()
        (children,) = Path(f"/proc/{watching.pid}/task").glob("*/children")
        (child,) = children.read_text().split()
        watching.kill()
        watching.wait()
    for _ in range(100):
        if not Path(f"/proc/{child}").exists():
            break
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()


def test_client_wants_a_port_or_a_board(run: Command) -> None:
    """With neither, it says what to give."""
    done = run("firmware.client", EXAMPLES / "two.jpg")
    assert done.returncode == 1
    assert "give the board's --port, or a --board to emulate" in done.stderr


def test_build_says_what_it_costs(run: Command, tmp_path: Path) -> None:
    """Predicted beside built, for flash, RAM and stack."""
    options = ("--board", "nano33ble", "--model", "micro", "--out", tmp_path)
    done = run("firmware.build", *options)
    assert done.returncode == 0, done.stderr
    flash = image("nano33ble", "micro").flash
    assert f"{flash:,}" in done.stdout
    for kind in ("elf", "hex", "bin", "map"):
        assert (tmp_path / f"nano33ble-micro-xnnpack/firmware.{kind}").stat().st_size > 1000


def test_overview_has_every_board(run: Command, data: Path, tmp_path: Path) -> None:
    """A validated board shows its figures; the others are built, and marked as not run."""
    options = ("--board", "microbit", "--model", "nano", "--data", data, "--out", tmp_path)
    assert run("firmware.validate", *options).returncode == 0
    done = run("firmware.overview", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    found = {line.split("|")[1].strip(): line for line in done.stdout.splitlines()[2:]}
    assert set(found) == set(boards.names())
    validated = json.loads((tmp_path / "microbit-nano-xnnpack/validation.json").read_text())
    assert f"{validated['inference']['median']:,}" in found.pop("microbit")
    assert all("built, not run" in line for line in found.values())


def test_mnist_is_named(mnist: Examples, run: Command, tmp_path: Path) -> None:
    """With MNIST present, it is what is measured on, and is named."""
    del mnist
    options = ("--board", "microbit", "--model", "nano", "--images", "50", "--out", tmp_path)
    done = run("firmware.validate", *options)
    assert done.returncode == 0, done.stderr
    assert "of 50 (MNIST)" in done.stdout
