"""``thimble search`` as a user runs it: from a folder of pictures to a network that is exported."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runtime.errors import DataError
from tests.browser import served
from tests.conftest import Command
from train import data, presets, recipe
from train.presets import Recipe

TRIALS = 5
SPACE = """
blocks = [2]
shrink = [1]
head = ["dense"]
hidden = [0]
[block]
kind = ["convolution"]
kernel = ["3x3", "5x5"]
channels = { from = 2, to = 20 }
stride = [1, 2]
padding = ["valid"]
pool = ["max"]
activation = ["relu"]
norm = [true]
"""
Search = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data of three digits, and a small space."""
    place = tmp_path_factory.mktemp("search")
    digits = data.embedded()
    chosen = np.flatnonzero(digits.labels < 3)
    np.savez(place / "three.npz", x=digits.inputs[chosen], y=digits.labels[chosen])
    (place / "space.toml").write_text(SPACE)
    return place


@pytest.fixture(scope="module")
def search(folder: Path, run: Command) -> Search:
    def call(*words: str, source: str = "three.npz") -> Any:
        given = ["--data", source] if source else []
        where = ["--space", "space.toml", "--out", "out", "--name", "three"]
        return run("train.search", *given, *where, "--max-flash", "4000", *words, cwd=folder)

    return call


@pytest.fixture(scope="module")
def done(search: Search) -> Any:
    """A search that is done."""
    micro = presets.find("micro").network.line()
    first = search("--target", "cortex-m0", "--trials", str(TRIALS), "--finalists", "1",
                   "--start", micro, "--epochs", "20", "--json")  # fmt: skip
    assert first.returncode == 0, first.stderr
    assert first.stderr == ""
    return json.loads(first.stdout)


def test_it_draws_refuses_trains_and_tests(done: Any, folder: Path) -> None:
    """What it found is told, and shown on a page."""
    assert done["trials"] == TRIALS
    assert done["refused"]["flash"] >= 1  # micro, which it was told to start with
    tested = [one for one in done["best"] if one["finalist"]]
    assert len(tested) == 1
    assert 0.5 < tested[0]["finalist"][0]["test"] <= 1
    assert tested[0]["finalist"][0]["cost"]["flash"] <= 4000
    page = (folder / "out" / "three" / "search.html").read_text()
    assert f"{TRIALS} networks were drawn" in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")


def test_the_same_command_finds_all_done(done: Any, search: Search) -> None:
    """It draws nothing more, and reads the test part no second time."""
    again = search("--target", "cortex-m0", "--trials", str(TRIALS), "--finalists", "1", "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout) == done


def test_a_network_is_exported_and_proven(done: Any, folder: Path, run: Command) -> None:
    """``--export`` leaves a float model, with its recipe, that ``convert.export`` takes."""
    number = str(done["best"][-1]["trial"])
    short = ("--data", "three.npz", "--out", "out", "--name", "three")
    left = run("train.search", *short, "--target", "cortex-m0", "--export", number, "--epochs", "1",
               cwd=folder)  # fmt: skip
    assert left.returncode == 0, left.stderr
    path = folder / "out" / "three" / f"three-{number}.keras"
    assert recipe.beside(path) is not None
    (line,) = re.findall(r"^next: (.*)$", left.stdout, re.MULTILINE)
    assert line.startswith(f"python -m convert.export --model out/three/{path.name} --data ")
    words = line.split()[2:]
    proven = run(*words, "--min-accuracy", "0", "--max-drop", "100", cwd=folder)
    assert proven.returncode == 0, proven.stderr
    report = json.loads((folder / "build" / path.stem / "report.json").read_text())
    assert len(report["training"]["fine_tuning"]) == 2  # epochs, as the recipe says
    assert report["operators"][-1] == "FULLY_CONNECTED"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--target", "cortex-m0", "--seed", "2"), "another seed"),
        (("--target", "cortex-m4"), "another costs"),
        (
            ("--target", "cortex-m0", "--max-flash", "20", "--name", "tight"),
            "no network of this space fits",
        ),
        (("--target", "cortex-m0", "--export", "99"), "trial 99 has no trained network"),
        (("--board", "unos"), "no board 'unos'.* uno"),
        (("--target", "cortex-m0", "--minimal"), "--minimal is an image on a board"),
        (("--target", "cortex-m0", "--start", "conv 9 by 9"), "is no network"),
        (("--target", "cortex-m0", "--data-url", "ftp://x/y.npz"), "--data-url"),
    ],
)
@pytest.mark.usefixtures("done")
def test_a_mistake_is_one_line(search: Search, words: tuple[str, ...], told: str) -> None:
    """With what to do, and nothing is done."""
    result = search(*words, "--trials", str(TRIALS + 5))
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1, result.stderr
    assert re.search(told, result.stderr), result.stderr


def test_data_come_from_a_server(folder: Path, search: Search, done: Any) -> None:
    """The same bytes by http are the same search; others are turned away."""
    with served(folder) as url:
        whole = ("--target", "cortex-m0", "--trials", str(TRIALS), "--finalists", "0", "--json")
        same = search(*whole, "--data-url", f"{url}/three.npz", source="")
        assert same.returncode == 0, same.stderr
        assert json.loads(same.stdout)["trials"] == done["trials"]
        with np.load(folder / "three.npz") as known:
            np.savez(folder / "changed.npz", x=known["x"][1:], y=known["y"][1:])
        other = search(*whole, "--data-url", f"{url}/changed.npz", source="")
        assert other.returncode == 1
        assert "another data" in other.stderr
        lost = search(*whole, "--data-url", f"{url}/none.npz", source="")
        assert "cannot be fetched" in lost.stderr


def test_a_recipe_beside_a_model_is_read_back(tmp_path: Path) -> None:
    """To the value; none is none, and what is something else is one line."""
    model = tmp_path / "x.keras"
    assert recipe.beside(model) is None
    for preset in presets.PRESETS.values():
        (tmp_path / "x.toml").write_bytes(recipe.dump(preset.recipe, "about"))
        assert recipe.beside(model) == preset.recipe
    (tmp_path / "x.toml").write_text("[other]\n")
    assert recipe.beside(model) is None
    usual = recipe.dump(Recipe(1, 0.1, "light"), "about").decode()
    for old, new in (("epochs = 1", "epochs = 'x'"), ('"light"', '"none such"'), ("[", "[[")):
        (tmp_path / "x.toml").write_text(usual.replace(old, new, 1))
        with pytest.raises(DataError, match="is no recipe"):
            recipe.beside(model)
