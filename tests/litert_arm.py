"""LiteRT itself on a phone's cores, counted: ``python -m tests.litert_arm MODEL.tflite ...``.

Fetches Debian's Python for 64-bit Arm and LiteRT's wheels for it into ``build/arm64``, installs
nothing, and runs them in QEMU's user mode with the plugin that ``firmware.bench.phones`` counts by.
What ``firmware/bench/peers.py`` has of LiteRT comes from here. Of an inference only the call of
``invoke`` counts, of which some 5,000 instructions are Python's.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

from firmware import count_phone
from runtime import console

PLACE = Path("build/arm64")
PACKAGES = (
    *("libc6", "libgcc-s1", "libstdc++6", "zlib1g", "libexpat1", "libffi8"),
    *("python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib"),
)
WHEELS = ("ai-edge-litert", "numpy", "flatbuffers", "backports.strenum")
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_27_aarch64", "manylinux2014_aarch64")
APT = """APT::Architecture "arm64";
APT::Architectures { "arm64"; };
Dir::State "$FOLDER/state";
Dir::State::status "$FOLDER/status";
Dir::Cache "$FOLDER/cache";
APT::Sandbox::User "root";
"""
CPUINFO = "processor\t: 0\nFeatures\t: fp asimd crc32\nCPU implementer\t: 0x41\nCPU part\t: 0xd03\n"
"""QEMU hands on that of this machine, which LiteRT takes for an Arm's."""
MARK = 'void mark(void)\n{\n    __asm__ volatile("hint #77");\n}\n'
HINT = "d50329bf"
RUNS = 10
PROGRAM = f"""
import ctypes, sys
import numpy as np
from ai_edge_litert.interpreter import Interpreter

mark = ctypes.CDLL(sys.argv[1]).mark
for path in sys.argv[2:]:
    one = Interpreter(model_path=path, num_threads=1)
    one.allocate_tensors()
    about = one.get_input_details()[0]
    drawn = np.random.default_rng(0).integers(-128, 128, about["shape"])
    one.set_tensor(about["index"], drawn.astype(about["dtype"]))
    one.invoke()
    mark()
    mark()
    for _ in range({RUNS}):
        one.invoke()
    mark()
"""


def fetch() -> Path:
    """The folder with an Arm's Python and LiteRT, made where it is not there yet."""
    if (PLACE / "site").is_dir():
        return PLACE.resolve()
    with tempfile.TemporaryDirectory(prefix="arm64-", dir="build") as name:
        folder = Path(name).resolve()
        for part in ("state/lists/partial", "cache/archives/partial", "debs", "root/proc"):
            (folder / part).mkdir(parents=True)
        (folder / "status").touch()
        (folder / "apt.conf").write_text(APT.replace("$FOLDER", str(folder)))
        environment = {**os.environ, "APT_CONFIG": str(folder / "apt.conf")}
        for words in (["update"], ["download", *PACKAGES]):
            command = ["apt-get", "-qq", *words]
            subprocess.run(command, cwd=folder / "debs", env=environment, check=True)
        for package in (folder / "debs").glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, folder / "root"], check=True)
        (folder / "root/proc/cpuinfo").write_text(CPUINFO)
        wanted = [f"{one}=={version(one)}" for one in WHEELS[:2]] + list(WHEELS[2:])
        platforms = [word for one in PLATFORMS for word in ("--platform", one)]
        words = ["install", "--quiet", "--no-deps", "--only-binary=:all:", "--python-version=3.11"]
        target = ["--target", str(folder / "site.part")]
        command = [sys.executable, "-m", "pip", *words, *platforms, *target, *wanted]
        subprocess.run(command, check=True)
        (folder / "site.part").rename(folder / "site")
        folder.rename(PLACE)
        Path(name).mkdir()  # for the context to remove
    return PLACE.resolve()


def count(place: Path, cpu: str, models: list[Path]) -> list[float]:
    """Instructions of an inference of each model."""
    with tempfile.TemporaryDirectory(prefix="thimble-litert-") as name:
        folder = Path(name)
        (folder / "mark.c").write_text(MARK)
        compiler = ["aarch64-linux-gnu-gcc", "-shared", "-fPIC", "mark.c", "-o", "mark.so"]
        subprocess.run(compiler, cwd=folder, check=True)
        plugin = f"{count_phone.plugin(folder)},out={folder / 'marks'},hint={HINT}"
        root = place / "root"
        python = [str(root / "usr/bin/python3.11"), "-c", PROGRAM, str(folder / "mark.so")]
        words = ["qemu-aarch64", "-L", str(root), "-cpu", cpu, "-plugin", plugin, *python]
        environment = {"PYTHONHOME": str(root / "usr"), "PYTHONPATH": str(place / "site")}
        done = subprocess.run(
            [*words, *map(str, models)],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"LiteRT fails on a {cpu}: {done.stderr.strip().splitlines()[-1]}")
        marks = np.fromfile(folder / "marks", "<u8").reshape(-1, 3).astype(np.float64)
    calls = np.diff(marks, axis=1)  # a mark by itself; the runs and a mark
    return [float(one) for one in (calls[:, 1] - calls[:, 0]) / RUNS]


def main() -> int:
    """Run the command; gives its exit status."""
    parser = argparse.ArgumentParser("python -m tests.litert_arm", description=__doc__)
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL")
    models = [one.resolve() for one in parser.parse_args().models]
    place = fetch()
    found = {cpu: count(place, cpu, models) for cpu in count_phone.CPUS}
    rows = [
        (str(model), *(f"{found[cpu][number]:,.0f}" for cpu in found))
        for number, model in enumerate(models)
    ]
    print(console.table(("model", *found), rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
