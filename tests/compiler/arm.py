"""LiteRT on an emulated Arm phone: an arm64 Python with LiteRT's own wheel, run by QEMU.

Nothing is installed and no foreign architecture is added to the system: Debian's arm64 packages and
the wheels are unpacked into a folder. Needs apt-get, dpkg, pip and qemu-aarch64-static.
"""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np

PACKAGES = [
    "libc6",
    "libgcc-s1",
    "libstdc++6",
    "zlib1g",
    "libexpat1",
    "libffi8",
    "python3.11-minimal",
    "libpython3.11-minimal",
    "libpython3.11-stdlib",
]
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_27_aarch64", "manylinux2014_aarch64")
CPUINFO = (
    "processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n"
    "CPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd03\nCPU revision\t: 4\n\n"
)

SCRIPT = """
import sys
import numpy as np
from ai_edge_litert.interpreter import Interpreter
model, given, answers = sys.argv[1:]
interpreter = Interpreter(model)
interpreter.allocate_tensors()
place = interpreter.get_input_details()[0]["index"]
result = interpreter.get_output_details()[0]["index"]
rows = []
for image in np.load(given):
    interpreter.set_tensor(place, image[None])
    interpreter.invoke()
    rows.append(interpreter.get_tensor(result)[0].copy())
np.save(answers, np.stack(rows))
"""


class Phone:
    """A folder with an arm64 Python in it; raises CalledProcessError when it cannot be made."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root, self.site = folder, folder / "root", folder / "site"
        self._unpack_debian()
        self._unpack_wheels()
        (self.root / "proc").mkdir(exist_ok=True)
        # QEMU's user mode shows the host's processor otherwise, which LiteRT does not understand
        (self.root / "proc/cpuinfo").write_text(CPUINFO)

    def _unpack_debian(self) -> None:
        state = self.folder / "apt"
        for name in ("lists/partial", "cache/archives/partial"):
            (state / name).mkdir(parents=True)
        (state / "status").touch()
        config = self.folder / "apt.conf"
        config.write_text(
            f'APT::Architecture "arm64";\nAPT::Architectures {{ "arm64"; }};\n'
            f'Dir::State "{state}";\nDir::State::status "{state}/status";\n'
            f'Dir::Cache "{state}/cache";\nAPT::Sandbox::User "root";\n'
        )
        env = os.environ | {"APT_CONFIG": str(config)}
        subprocess.run(["apt-get", "-qq", "update"], env=env, check=True)
        subprocess.run(["apt-get", "-qq", "download", *PACKAGES], env=env, cwd=state, check=True)
        for package in state.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, self.root], check=True)

    def _unpack_wheels(self) -> None:
        from importlib.metadata import requires, version

        wheels = self.folder / "wheels"
        needed = [f"ai-edge-litert=={version('ai-edge-litert')}", f"numpy=={np.__version__}"]
        needed += [
            name.split(";")[0].strip()
            for name in requires("ai-edge-litert") or []
            if "extra" not in name and not name.startswith("numpy")
        ]
        words = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(wheels)]
        for platform in PLATFORMS:
            words += ["--platform", platform]
        words += ["--python-version", "3.11", "--only-binary=:all:"]
        subprocess.run([*words, *needed], check=True)
        for wheel in wheels.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(self.site)

    def outputs(self, model: Path, images: np.ndarray, core: str) -> np.ndarray:
        """What LiteRT's default kernels answer on ``core`` to int8 images [count, 28, 28, 1]."""
        given, answers = self.folder / "given.npy", self.folder / "answers.npy"
        np.save(given, images)
        python = self.root / "usr/bin/python3.11"
        env = os.environ | {"PYTHONHOME": str(self.root / "usr"), "PYTHONPATH": str(self.site)}
        words = ["qemu-aarch64-static", "-L", self.root, "-cpu", core, python, "-c", SCRIPT]
        subprocess.run([*words, model, given, answers], env=env, check=True)
        return np.load(answers)
