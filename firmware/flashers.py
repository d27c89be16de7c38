"""The programs that write firmware to a board, each as the commands that it takes.

A flasher can report success on a bad write, so each also reads the flash back into a file, which is
compared with what should be there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Commands = list[list[str]]


@dataclass(frozen=True)
class Job:
    """What is to be written, and where what is read back goes."""

    hex: Path  # the image, Intel HEX
    start: int  # address of its first byte
    size: int  # bytes
    argument: str | Sequence[str]  # of the board's ``flash_with`` for this program
    probe: str | None  # which debug probe; None: the only one
    start_steps: Sequence[str]  # of a debugger, to start what was written
    back: Path  # receives ``size`` bytes from ``start``; in the folder that commands run in


@dataclass(frozen=True)
class Flasher:
    """A program that writes flash."""

    programs: tuple[str, ...]  # any of these
    install: str  # how to get it
    commands: Callable[[str, Job], Commands]  # from the program found


def _pyocd(program: str, job: Job) -> Commands:
    options = ["--no-wait", "-t", str(job.argument), *(["-u", job.probe] if job.probe else [])]
    save = f"savemem {job.start:#x} {job.size} {job.back.name}"
    # Resumed behind the flash algorithm, the core would fault in it, and the firmware record that.
    stay = ["-O", "resume_on_disconnect=false"]
    return [
        [program, "load", *options, *stay, "--no-reset", str(job.hex)],
        [program, "commander", *options, "-c", "halt", "-c", save, "-c", "reset"],
    ]


def _openocd(program: str, job: Job) -> Commands:
    select = [f"adapter serial {job.probe}"] if job.probe else []
    steps = [
        *select,
        "init",
        "reset halt",
        f"flash write_image erase {{{job.hex}}}",
        f"dump_image {{{job.back}}} {job.start:#x} {job.size}",
        "reset run",
        "shutdown",
    ]
    return [[program, *job.argument, *(word for step in steps for word in ("-c", step))]]


def _st_flash(program: str, job: Job) -> Commands:
    options = ["--serial", job.probe] if job.probe else []
    return [
        [program, *options, "--format", "ihex", "write", str(job.hex)],
        [program, *options, "read", str(job.back), f"{job.start:#x}", str(job.size)],
        [program, *options, "reset"],
    ]


def _gdb(program: str, job: Job) -> Commands:
    steps = [
        "set pagination off",
        "set tcp connect-timeout 5",
        f"target extended-remote {job.argument}",
        "load",
        f"dump binary memory {job.back.name} {job.start:#x} {job.start + job.size:#x}",
        *job.start_steps,
        "detach",
    ]
    return [[program, "-batch", str(job.hex), *(word for step in steps for word in ("-ex", step))]]


def _avrdude(program: str, job: Job) -> Commands:
    """Through the board's bootloader, at the serial port that ``probe`` names.

    Its bootloader erases each page before it is written (-D leaves the chip's erasure out, which it
    does not know), and resets when the port is opened.
    """
    port = job.probe or "/dev/ttyACM0"
    words = [program, "-q", *job.argument, "-P", port, "-D"]
    back = job.back.with_suffix(".all")
    read = [*words, "-U", f"flash:r:{back.name}:r"]
    cut = ["dd", f"if={back.name}", f"of={job.back.name}", "bs=1", f"count={job.size}"]
    return [[*words, "-U", f"flash:w:{job.hex}:i"], read, cut]


FLASHERS = {
    "avrdude": Flasher(("avrdude",), "sudo apt-get install avrdude", _avrdude),
    "pyocd": Flasher(("pyocd",), "pip install pyocd", _pyocd),
    "openocd": Flasher(("openocd",), "sudo apt-get install openocd", _openocd),
    "st-flash": Flasher(("st-flash",), "sudo apt-get install stlink-tools", _st_flash),
    "gdb": Flasher(
        ("gdb-multiarch", "arm-none-eabi-gdb"), "sudo apt-get install gdb-multiarch", _gdb
    ),
}
