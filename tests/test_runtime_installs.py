"""The runtime in clean environments: installed by pip, without TensorFlow, from anywhere."""

import json
import os
import shutil
import subprocess
import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

ROOT = Path(__file__).parents[1]
BACKENDS = {"runtime": "litert", "tflite-runtime": "tflite-runtime"}


@dataclass(frozen=True)
class Environment:
    """A virtual environment with one extra of the project."""

    extra: str
    python: Path


def copy_project(folder: Path) -> Path:
    """The project without what is made in it: setuptools builds in the tree that it is given."""
    made = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "tests")
    return shutil.copytree(ROOT, folder / "project", ignore=made)


def install(extra: str, folder: Path) -> Environment | str:
    """A new environment with that extra of the project, or what pip said."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    command = [python, "-m", "pip", "install", "--quiet", f"{copy_project(folder)}[{extra}]"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else Environment(extra, python)


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> list[Environment]:
    """One environment per interpreter; left out only where THIMBLE_OFFLINE=1 says so."""
    if os.environ.get("THIMBLE_OFFLINE") == "1":
        pytest.skip("THIMBLE_OFFLINE=1: pip cannot install")
    extras = [e for e in BACKENDS if e == "runtime" or sys.version_info < (3, 12)]
    folder = tmp_path_factory.mktemp("environments")
    with ThreadPoolExecutor() as pool:
        made = list(pool.map(lambda extra: install(extra, folder / extra), extras))
    problems = [result for result in made if isinstance(result, str)]
    if problems:
        pytest.fail("pip install failed: " + problems[0][-500:])
    return [result for result in made if isinstance(result, Environment)]


def call(environment: Environment, cwd: Path, *arguments: str) -> str:
    """What the environment's Python prints, away from the repository."""
    clean = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    command = [str(environment.python), *arguments]
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_tensorflow_is_not_installed(environments: list[Environment], tmp_path: Path) -> None:
    """Neither extra brings TensorFlow with it."""
    code = "import importlib.util; print(importlib.util.find_spec('tensorflow'))"
    assert [call(e, tmp_path, "-c", code).strip() for e in environments] == ["None"] * len(
        environments
    )


def test_a_digit_is_predicted_from_a_foreign_folder(
    environments: list[Environment], tmp_path: Path
) -> None:
    """Each interpreter runs the bundled model, is named, and says the same."""
    picture = Image.new("L", (120, 160), 255)
    ImageDraw.Draw(picture).line((70, 30, 52, 130), fill=0, width=12)
    picture.save(tmp_path / "one.png")
    answers = [
        json.loads(call(e, tmp_path, "-m", "runtime.predict", "--json", "one.png"))
        for e in environments
    ]
    assert [a["backend"] for a in answers] == [BACKENDS[e.extra] for e in environments]
    assert [a["pictures"][0]["label"] for a in answers] == ["1"] * len(environments)
