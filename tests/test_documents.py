"""The commands of README and docs, run one after the other as they stand there.

Each page has a folder of its own with the files that it speaks of. Left out is what needs a board
at a port, installs, serves for ever, searches (tests/search does), or is a target of make; blocks
whose comments speak of minutes run with THIMBLE_LONG=1, README's always.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convert import networks
from tests.chain import makers
from tests.chain.test_chain import trained
from tests.test_docs import PAGES, ROOT, blocks

LEFT_OUT = re.compile(
    r"^(pip|make) |--port |^thimble serve|^thimble flash (?!.*--dry-run)|python -m tests\.photos"
    r"|python -m firmware\.bench$|^thimble search |build/search/"
)
LONG = os.environ.get("THIMBLE_LONG") == "1"
SHOWN = [
    pytest.param(page, marks=pytest.mark.xdist_group(page.name), id=page.name)
    for page in PAGES
    if page.name != "reference.md" and blocks(page)
]


def wanted(page: Path) -> dict[str, int]:
    """The commands of ``page`` to run now, with the status that each is said to have."""
    lines = [
        line
        for block in blocks(page)
        if LONG or page == PAGES[0] or not any("minute" in line for line in block)
        for line in block
    ]
    told = {line.split("#")[0].strip(): int("status 1" in line) for line in lines}
    return {command: status for command, status in told.items() if not LEFT_OUT.search(command)}


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the pages speak of."""
    folder = tmp_path_factory.mktemp("spoken_of")
    makers.photos(folder / "photos")
    with Image.open(folder / "photos/test/brick/0.png") as picture:
        picture.save(folder / "holiday.jpg")
    makers.motions(folder / "recording.csv")
    (folder / "models").mkdir()
    (folder / "kws.tflite").write_bytes(networks.build("ds_cnn"))
    shutil.copy(folder / "kws.tflite", folder / "models")
    rng = np.random.default_rng(0)
    spoken = rng.normal(0, 1, (24, 49, 10, 1)).astype(np.float32)
    np.savez(folder / "some.npz", input=spoken)
    np.savez(folder / "recordings.npz", x=spoken, y=np.arange(24) % 12)
    np.save(folder / "recording.npy", spoken[0])
    makers.keywords(folder / "mine.npz")
    trained("keywords", folder / "mine.npz", folder / "mine.keras")
    report = [sys.executable, "-m", "thimble", "report", str(folder / "kws.tflite")]
    subprocess.run([*report, "--out", str(folder / "of_kws"), "--quiet"], cwd=ROOT, check=True)
    for name in ("old.json", "new.json"):
        shutil.copy(folder / "of_kws" / "report.json", folder / name)
    return folder


def write_workplace(files: Path, place: Path) -> None:
    """A folder to run commands in: a clone's files, and the user's."""
    for name in ("runtime", "docs", "firmware", "train"):
        (place / name).symlink_to(ROOT / name)
    shutil.copytree(files, place, dirs_exist_ok=True)


@pytest.mark.parametrize("page", SHOWN)
def test_the_commands_of_a_page_run(page: Path, files: Path, tmp_path: Path) -> None:
    """Each ends as the page says, and prints something."""
    write_workplace(files, tmp_path)
    for command, status in wanted(page).items():
        words = shlex.split(command)
        ours = [sys.executable, "-m", "thimble"] if words[0] == "thimble" else [sys.executable]
        done = subprocess.run(
            [*ours, *words[1:]],
            cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == status, f"{command}\n{done.stderr[-2000:]}"
        assert done.stdout, command
        assert "Traceback" not in done.stderr, command
