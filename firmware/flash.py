"""Write the firmware to a board and read it back: ``python -m firmware.flash --board microbit``.

Takes pyocd, OpenOCD, st-flash, avrdude, esptool or, for boards that show up as a drive, a copied
UF2: the first that suits the board and is installed, or the one that --with names. --gdb writes
through a debug server instead: OpenOCD's, J-Link's, a Black Magic Probe's, an emulator's.
"""

import argparse
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from intelhex import IntelHex

from firmware import build
from firmware.boards import Board
from firmware.build import Image
from firmware.flashers import FLASHERS, Flasher, Job
from runtime import console
from runtime.errors import DeviceError, ToolError

UF2 = "uf2"
DRIVES = ("/media/*/{0}", "/run/media/*/{0}", "/media/{0}", "/mnt/{0}", "/Volumes/{0}")
"""Where systems mount a drive of a given label."""
_SECONDS = 300.0  # for a flasher to finish
_TELLING = ("no connected", "no available", "not found", "no device", "couldn't find", "failed",
            "unable", "could not", "error")  # fmt: skip


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m firmware.flash``."""
    result = console.Parser("python -m firmware.flash", description=__doc__)
    build.add_arguments(result, minimal=True)
    how = result.add_mutually_exclusive_group()
    how.add_argument(
        "--with", dest="flasher", choices=(*FLASHERS, UF2), help="the program to flash with"
    )
    how.add_argument("--gdb", metavar="HOST:PORT", help="a debug server to write through")
    result.add_argument(
        "--probe",
        help="serial number of the debug probe, if there are several; "
        "of avrdude: the serial port, default /dev/ttyACM0",
    )
    result.add_argument("--drive", type=Path, help="of uf2: the board's drive, if it is not found")
    result.add_argument("--dry-run", action="store_true", help="say what would be done")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    board, deployed = build.chosen(options)
    name = "gdb" if options.gdb else choose(board, options.flasher, dry_run=options.dry_run)
    image = build.build(board, deployed, options.out)
    console.note(f"{build.title(image)}, with {name}\n")
    if name == UF2:
        done = copy(image, options.drive, dry_run=options.dry_run)
    else:
        done = write(image, name, options)
    about = {"board": image.board.name, "model": image.deployment.name, "with": name}
    header = "would run" if options.dry_run else "done"
    console.finish(console.table((header,), [(line,) for line in done]), {**about, header: done})
    return 0


def choose(board: Board, wanted: str | None, *, dry_run: bool = False) -> str:
    """The flasher for ``board``; raises ToolError when there is none.

    For a ``dry_run`` it need not be installed.
    """
    suited = board.flash_with
    if not suited:
        raise ToolError(
            f"{board.name} is an emulator's machine, which there is no board of: run it with "
            f"python -m firmware.validate --board {board.name}"
        )
    if wanted is not None and wanted not in suited:
        raise ToolError(f"{wanted} does not flash {board.name}; what does: {', '.join(suited)}")
    if wanted is not None:
        return wanted
    if UF2 in suited and find_drive(str(suited[UF2])):
        return UF2
    for name in suited:
        if name != UF2 and program(FLASHERS[name]):
            return name
    if UF2 in suited:
        return UF2
    if dry_run:
        return next(iter(suited))
    ways = "; or ".join(FLASHERS[name].install for name in suited)
    raise ToolError(f"nothing that flashes {board.name} is installed: {ways}")


def program(flasher: Flasher) -> str | None:
    """The flasher's program, on the PATH or beside this Python; None when it is not installed."""
    beside = Path(sys.executable).parent
    for name in flasher.programs:
        if found := shutil.which(name) or shutil.which(name, path=str(beside)):
            return found
    return None


def write(image: Image, name: str, options: argparse.Namespace) -> list[str]:
    """Write, read back and start ``image``: what was done; raises ToolError or DeviceError."""
    flasher = FLASHERS[name]
    found = program(flasher)
    if found is None and not options.dry_run:
        raise ToolError(f"{flasher.programs[0]} is not installed: {flasher.install}")
    memory = IntelHex(str(image.folder / "firmware.hex"))
    content = memory.tobinstr()
    with tempfile.TemporaryDirectory() as folder:
        back = Path(folder) / "back.bin"
        argument = options.gdb or image.board.flash_with[name]
        start = memory.minaddr()
        steps = [step.format(start=f"{start:#x}") for step in image.board.family.gdb_start]
        job = Job(
            image.folder / "firmware.hex", start, len(content), argument, options.probe, steps, back
        )
        commands = flasher.commands(found or flasher.programs[0], job)
        if options.dry_run:
            return [shlex.join(words) for words in commands]
        for words in console.progress(commands, "steps"):
            _run(words, Path(folder))
        compare(content, back.read_bytes() if back.exists() else b"", start)
    return [f"wrote {len(content):,} bytes at {start:#x}", "read back the same"]


def _run(words: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            words, cwd=folder, capture_output=True, text=True, check=False, timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise DeviceError(f"{Path(words[0]).name} hangs: plug the board in again") from error
    if done.returncode:
        lines = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        telling = [line for sign in _TELLING for line in lines if sign in line.lower()]
        reason = (telling or lines or ["no message"])[0]
        raise DeviceError(f"{Path(words[0]).name} failed ({reason}): is the board plugged in?")


def compare(content: bytes, back: bytes, start: int) -> None:
    """Raise DeviceError unless ``back``, read from the board, is ``content``."""
    if len(back) != len(content):
        raise DeviceError(
            f"the board gave back {len(back):,} of {len(content):,} bytes: flash it again"
        )
    wrong = [
        place for place, pair in enumerate(zip(content, back, strict=True)) if len(set(pair)) > 1
    ]
    if wrong:
        raise DeviceError(
            f"{len(wrong):,} bytes on the board are not what was written, the first at "
            f"{start + wrong[0]:#x}: flash it again"
        )


def find_drive(label: str) -> Path | None:
    """Where the drive called ``label`` is mounted; None when it is not."""
    for pattern in DRIVES:
        for path in Path("/").glob(pattern.format(label).lstrip("/")):
            if path.is_dir():
                return path
    return None


def copy(image: Image, drive: Path | None, *, dry_run: bool) -> list[str]:
    """Copy the UF2 to the board's drive: what was done; raises DeviceError without a drive.

    The drive goes away when the board has taken it, so it cannot be read back.
    """
    label = str(image.board.flash_with[UF2])
    target = drive or find_drive(label)
    source = image.folder / "firmware.uf2"
    if dry_run:
        return [f"copy {source} to {target or f'the drive {label}'}"]
    if target is None or not target.is_dir():
        raise DeviceError(
            f"there is no drive {target or label}: hold the board's BOOTSEL while plugging it in"
        )
    try:
        shutil.copyfile(source, target / source.name)
    except OSError as error:
        raise DeviceError(f"cannot write to {target}: {error.strerror}") from error
    return [
        f"copied {source.stat().st_size:,} bytes to {target}",
        "a drive cannot be read back: prove it with python -m firmware.validate "
        f"--board {image.board.name} --port PORT",
    ]


if __name__ == "__main__":
    console.run(main)
