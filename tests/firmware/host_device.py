"""The firmware's own C on this machine: a program that reads a line from its standard input."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from convert.compiler.targets.options import Options
from firmware import deployment, tools
from tests.compiler.harness import SANITIZERS, WARNINGS

HERE = Path(__file__).with_name("host")


def build_host(folder: Path, model: str = "nano", options: Sequence[str] = SANITIZERS) -> Path:
    """The program, with the C of a model, bundled or by its path, in it."""
    deployed = deployment.load(model, Options())
    for name, content in deployed.files().items():
        (folder / name).write_bytes(content)
    source = tools.SOURCE / "src"
    strict = [word for word in WARNINGS if not word.startswith("-std")]
    names = ("bench.c", "device.c", "hello.c", "inputs.c", "network.c", "protocol.c")
    files = [folder / "model.c", *(source / name for name in names), HERE / "host.c"]
    includes = [f"-I{path}" for path in (source, HERE, folder)]
    program = folder / "host"
    words = ["gcc", "-std=gnu11", "-O1", *strict, *options, *includes, *files, "-o", program]
    subprocess.run(words, check=True)
    return program


def converse(program: Path, line: bytes) -> bytes:
    """What the device sends when it receives ``line``."""
    done = subprocess.run([program], input=line, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout
