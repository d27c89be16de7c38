"""What is published, in clean environments: installed by pip, without TensorFlow, anywhere."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from thimble.commands import COMMANDS

ROOT = Path(__file__).parents[1]
BACKENDS = {"runtime": "litert", "tflite-runtime": "tflite-runtime"}
PACKAGES = ("thimble", "train", "convert", "runtime", "firmware")


@dataclass(frozen=True)
class Environment:
    """A virtual environment with one extra of the project."""

    extra: str
    python: Path
    package: Path  # it was installed from

    @property
    def thimble(self) -> Path:
        """The command."""
        return self.python.with_name("thimble")


@dataclass(frozen=True)
class Built:
    """What is published: a wheel, and the sources that it can be made of."""

    wheel: Path
    sdist: Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Both, made from a copy of the project: setuptools builds in the tree that it is given."""
    made = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "tests")
    folder = tmp_path_factory.mktemp("built")
    project = shutil.copytree(ROOT, folder / "project", ignore=made)
    code = (
        "import sys; from setuptools import build_meta as m; out = sys.argv[1]; "
        "m.build_sdist(out); m.build_wheel(out)"
    )
    command = [sys.executable, "-c", code, str(folder)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Built(wheel, sdist)


def install(package: Path, extra: str, folder: Path) -> Environment | str:
    """A new environment with that extra of the project, or what pip said."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    command = [python, "-m", "pip", "install", "--quiet", f"{package}[{extra}]"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else Environment(extra, python, package)


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Environment]:
    """One environment per extra; left out only where THIMBLE_OFFLINE=1 says so."""
    if os.environ.get("THIMBLE_OFFLINE") == "1":
        pytest.skip("THIMBLE_OFFLINE=1: pip cannot install")
    packages = {
        "compiler": built.wheel,
        "runtime": built.sdist,
        "compiler,runtime": built.wheel,
    }
    if sys.version_info < (3, 12):
        packages["tflite-runtime"] = built.wheel
    folder = tmp_path_factory.mktemp("environments")
    with ThreadPoolExecutor() as pool:
        made = list(
            pool.map(lambda extra: install(packages[extra], extra, folder / extra), packages)
        )
    problems = [result for result in made if isinstance(result, str)]
    if problems:
        pytest.fail("pip install failed: " + problems[0][-500:])
    return {one.extra: one for one in made if isinstance(one, Environment)}


@pytest.fixture
def environments(installed: dict[str, Environment]) -> list[Environment]:
    """Those with an interpreter."""
    return [one for extra, one in installed.items() if extra in BACKENDS]


@pytest.fixture
def shadowed(tmp_path: Path) -> Path:
    """A folder of a user's that has files of our modules' names."""
    for name in (*PACKAGES, "tflite", "shtab"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong file')")
    return tmp_path


def call(environment: Environment, cwd: Path, *arguments: str) -> str:
    """What the environment's Python prints, away from the repository."""
    clean = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    command = [str(environment.python), *arguments]
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def thimble(
    environment: Environment, cwd: Path, *words: object
) -> subprocess.CompletedProcess[str]:
    """Run the command in the folder ``cwd``, as in a shell."""
    clean = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    command = [str(environment.thimble), *map(str, words)]
    return subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)


def test_the_wheel_has_every_file(built: Built) -> None:
    """All that the repository has of the packages, and the sources have it too."""
    listed = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git repository: what belongs to it is not known")
    files = {name for name in listed.stdout.split() if not name.endswith(".md") or "notes" in name}
    assert len(files) > 400
    with zipfile.ZipFile(built.wheel) as wheel:
        assert not files - set(wheel.namelist())
    with tarfile.open(built.sdist) as sdist:
        assert not files - {name.partition("/")[2] for name in sdist.getnames()}


def test_a_model_compiles_with_the_compiler_alone(
    installed: dict[str, Environment], shadowed: Path
) -> None:
    """In a folder with a train.py and a convert.py, to the bytes of this repository."""
    environment = installed["compiler"]
    shutil.copy(ROOT / "runtime/models/nano/model.tflite", shadowed / "net.tflite")
    done = thimble(environment, shadowed, "compile", "net.tflite", "--target", "cortex-m4")
    assert done.returncode == 0, done.stderr
    here = [sys.executable, "-m", "convert.compiler", str(shadowed / "net.tflite")]
    here += ["--target", "cortex-m4", "--out", str(shadowed / "here")]
    subprocess.run(here, cwd=ROOT, check=True, capture_output=True)
    for name in ("net.c", "net.h"):
        assert (shadowed / name).read_bytes() == (shadowed / "here" / name).read_bytes()
    done = thimble(environment, shadowed, "estimate", "net.tflite", "--json")
    assert json.loads(done.stdout)["flash"] > 0


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        ("export", "train"),
        ("train", "train"),
        ("report", "report"),
        ("flash", "firmware"),
    ],
)
def test_what_is_lacking_is_said_with_the_pip_command(
    installed: dict[str, Environment], tmp_path: Path, command: str, extra: str
) -> None:
    """In one line."""
    words = {"flash": ["--board", "microbit", "--dry-run"], "report": ["nano"]}.get(command, [])
    done = thimble(installed["compiler"], tmp_path, command, *words)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    from_where = installed["compiler"].package
    assert done.stderr.endswith(f"pip install '{from_where}[{extra}]'\n"), done.stderr
    assert f"thimble {command} needs " in done.stderr


def test_a_shell_completes(installed: dict[str, Environment], tmp_path: Path) -> None:
    """Commands, options, choices: by bash itself."""
    done = thimble(installed["compiler"], tmp_path, "completion", "bash")
    assert done.returncode == 0, done.stderr
    (tmp_path / "script").write_text(done.stdout)
    asked = {"thimble esti": "estimate", "thimble compile --opt": "--optimize"}
    asked["thimble compile --match tf"] = "tflm"
    for line, expected in asked.items():
        words = line.split()
        code = (
            f"source ./script; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; "
            f"_shtab_thimble; echo ${{COMPREPLY[@]}}"
        )
        shown = subprocess.run(
            ["bash", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert expected in shown.stdout.split(), (line, shown)


def test_tensorflow_is_not_installed(environments: list[Environment], tmp_path: Path) -> None:
    """Neither extra brings TensorFlow with it."""
    code = "import importlib.util; print(importlib.util.find_spec('tensorflow'))"
    assert [call(e, tmp_path, "-c", code).strip() for e in environments] == ["None"] * len(
        environments
    )


def test_a_digit_is_predicted_from_a_foreign_folder(
    environments: list[Environment], shadowed: Path
) -> None:
    """Each interpreter runs the bundled model, is named, and says the same."""
    picture = Image.new("L", (120, 160), 255)
    ImageDraw.Draw(picture).line((70, 30, 52, 130), fill=0, width=12)
    picture.save(shadowed / "one.png")
    done = [thimble(e, shadowed, "predict", "--json", "one.png") for e in environments]
    answers = [json.loads(one.stdout) for one in done]
    assert [a["backend"] for a in answers] == [BACKENDS[e.extra] for e in environments]
    assert [a["pictures"][0]["label"] for a in answers] == ["1"] * len(environments)


def test_processes_of_its_own_do_not_take_a_users_files_either(
    installed: dict[str, Environment], shadowed: Path
) -> None:
    """Those that benchmark, and that check, start; the folder has a runtime.py."""
    shutil.copy(ROOT / "runtime/models/nano/model.tflite", shadowed / "net.tflite")
    for words in (("benchmark", "--runs", "1"), ("check", "--count", "2")):
        done = thimble(installed["compiler,runtime"], shadowed, words[0], "net.tflite", *words[1:])
        assert done.returncode == 0, done.stderr


def test_an_extra_brings_all_that_its_commands_need(
    installed: dict[str, Environment], tmp_path: Path
) -> None:
    """As far as the extras are installed here: their help has options."""
    tried = [command for command in COMMANDS.values() if command.extra in installed]
    assert len(tried) > 8
    for command in tried:
        done = thimble(installed[command.extra], tmp_path, command.name, "--help")
        assert done.stdout.startswith(f"usage: thimble {command.name} "), done.stdout
