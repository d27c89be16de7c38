"""The real pyocd writes the firmware, through a simulated probe, to an emulated micro:bit."""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware import boards, build
from firmware.build import Image
from firmware.device import Device
from firmware.emulate import Emulator
from firmware.port import open_port
from tests.conftest import ROOT, Command

pytest.importorskip("pyocd")

from tests.firmware import probe

BOARD = boards.find("microbit")
BUFFER = 0x2000_2000
"""Where pyocd puts the first page for its flash algorithm."""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the firmware is built."""
    return tmp_path_factory.mktemp("firmware")


@pytest.fixture(scope="module")
def image(out: Path) -> Image:
    """The firmware with the smallest model."""
    return build.build(BOARD, build.choose(BOARD, "nano"), out)


@pytest.fixture
def chip() -> Iterator[Emulator]:
    """A micro:bit that has nothing in its flash and stands still."""
    assert BOARD.emulator
    with tempfile.TemporaryDirectory(prefix="thimble-") as name, contextlib.ExitStack() as stack:
        sockets = [Path(name, what) for what in ("serial", "monitor", "gdb")]
        serial, monitor, gdb = (f"unix:{path},server=on,wait=off" for path in sockets)
        words = [
            *(
                BOARD.family.emulator.program,
                "-machine",
                BOARD.emulator.machine,
                "-display",
                "none",
                "-S",
            ),
            *("-icount", f"shift={BOARD.emulator.shift}"),
            *("-serial", serial, "-qmp", monitor, "-gdb", gdb),
        ]
        emulator = Emulator(subprocess.Popen(words, stdin=subprocess.DEVNULL), Path(name))
        stack.callback(emulator.stop)
        end = time.monotonic() + 20
        while not all(path.exists() for path in sockets):
            assert emulator.process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.01)
        yield emulator


def flash(
    run: Command, image: Image, chip: Emulator, folder: Path, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run ``firmware.flash`` where pyocd finds the simulated probe; ``more`` is its environment."""
    about = folder / "simulated_probe-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: simulated-probe\nVersion: 1\n")
    plugin = f"{probe.__name__}:{probe.SimulatedProbePlugin.__name__}"
    (about / "entry_points.txt").write_text(f"[pyocd.probe]\n{probe.PLUGIN} = {plugin}\n")
    path = os.pathsep.join((str(ROOT), str(folder)))
    return run(
        *("firmware.flash", "--board", BOARD.name, "--model", "nano"),
        *("--out", image.folder.parent, "--with", "pyocd"),
        *("--probe", f"{probe.PLUGIN}:{probe.UNIQUE_ID}"),
        env={"PYTHONPATH": path, probe.SOCKET: str(chip.folder / "gdb"), **more},
    )


def content(chip: Emulator, size: int) -> bytes:
    """The start of the flash, as QEMU has it."""
    saved = chip.folder / "saved"
    chip.monitor("memsave", val=0, size=size, filename=str(saved))
    return saved.read_bytes()


def test_writes_and_starts(run: Command, image: Image, chip: Emulator, tmp_path: Path) -> None:
    """Flashing an empty chip leaves it with the image, byte for byte, and running it."""
    binary = (image.folder / "firmware.bin").read_bytes()
    assert content(chip, len(binary)) != binary
    done = flash(run, image, chip, tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"wrote {len(binary):,} bytes at 0x0" in done.stdout
    assert "read back the same" in done.stdout
    assert content(chip, len(binary)) == binary
    device = Device(open_port(chip.port))
    hello = device.hello()
    assert device.last_error().cause == "none"
    assert (hello.board, hello.model, hello.self_test) == (BOARD.name, "nano", 0)
    assert hello.sha256 == image.deployment.compiled.unit.network.sha256


def test_tells_of_a_bad_write(run: Command, image: Image, chip: Emulator, tmp_path: Path) -> None:
    """A bit that is wrong in the flash ends in an error that says where, though pyocd succeeds."""
    place = 0x3F8
    done = flash(run, image, chip, tmp_path, **{probe.SPOIL: hex(BUFFER + place)})
    binary = bytearray((image.folder / "firmware.bin").read_bytes())
    binary[place] ^= 1
    assert content(chip, len(binary)) == binary
    assert done.returncode == 1
    assert f"1 bytes on the board are not what was written, the first at {place:#x}" in done.stderr
    assert "read back the same" not in done.stdout
