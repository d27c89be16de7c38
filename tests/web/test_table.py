"""runtime/web's files of numbers, run in node: the same bytes as runtime.reading.tables."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runtime import image
from runtime.reading import tables
from runtime.tasks.scaling import Scaling
from runtime.tasks.tensor import Arrays

WINDOW = Arrays((8, 3), Scaling(), ("ax", "ay", "az"), 3)
ROW = Arrays((4,), Scaling())


def node(folder: Path, jobs: list[tuple[Path, Arrays]]) -> list[Any]:
    """What the page's own module makes of each file: bytes of each example, or why not."""
    told = [{"path": str(path), "task": task.describe()} for path, task in jobs]
    (folder / "jobs.json").write_text(json.dumps(told))
    script = Path(__file__).with_name("table.mjs")
    words = ["node", script, folder / "jobs.json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [
        one["refused"] if isinstance(one, dict) else [base64.b64decode(each) for each in one]
        for one in lines
    ]


def python(path: Path, task: Arrays) -> list[bytes]:
    return [one.tobytes() for one in tables.inputs(task, path)]


def written(rng: np.random.Generator) -> str:
    """A number as programs write them."""
    value = float(rng.normal() * 10.0 ** rng.integers(-9, 9))
    forms = (repr(value), f"{value:.3f}", f"{value:e}", f"{value:.0f}", f"+{abs(value):.5g}")
    return forms[rng.integers(len(forms))]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tables_become_the_same_bytes(mark: str, end: str, tmp_path: Path) -> None:
    """Windows by their columns, whatever else is there; and rows, with or without a header."""
    rng = np.random.default_rng(1)
    rows = [[written(rng) for _ in range(4)] for _ in range(40)]
    named = ["az", "ax", "label", "ay", "other"]
    cells = [[one[0], one[1], '"on foot, or so"', one[2], one[3]] for one in rows]
    files = {
        "windows.csv": (WINDOW, [named, *cells]),
        "rows.csv": (ROW, [["a", "b", "c", "d", "activity"], *([*one, "up"] for one in rows)]),
        "bare.csv": (ROW, rows),
        "last.csv": (ROW, [[*one, "up"] for one in rows]),
    }
    jobs = []
    for name, (task, lines) in files.items():
        path = tmp_path / name
        path.write_bytes((end.join(mark.join(line) for line in lines) + end).encode())
        jobs.append((path, task))
    for (path, task), found in zip(jobs, node(tmp_path, jobs), strict=True):
        assert found == python(path, task), path.name
        assert len(found) > 5


@pytest.mark.parametrize(
    "dtype", ["<f4", "<f8", ">f4", ">f8", "i1", "u1", "?", "<i2", ">u2", "<i4", "<u4", "<i8", ">i8"]
)
def test_arrays_become_the_same_bytes(dtype: str, tmp_path: Path) -> None:
    """Every type of NumPy's files, several examples and one by itself."""
    rng = np.random.default_rng(2)
    values = (rng.normal(0, 40, (5, 8, 3))).astype(dtype)
    jobs = []
    for name, array in (("several", values), ("one", values[0])):
        np.save(tmp_path / f"{name}.npy", array)
        jobs.append((tmp_path / f"{name}.npy", WINDOW))
    for (path, task), found in zip(jobs, node(tmp_path, jobs), strict=True):
        assert found == python(path, task), path.name


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "notTable"),
        (b"\xff\xfe\x00", "notTable"),
        (b"ax,ay\n1,2\n", "noColumn"),
        (b"ax,ay,az\n" + b"1,2,x\n" * 9, "notNumber"),
        (b"ax,ay,az\n" + b"1,2,nan\n" * 9, "notNumber"),
        (b"ax,ay,az\n" + b"1,2,\n" * 9, "notNumber"),
        (b"ax,ay,az\n" + b"1,2,1e16\n" * 9, "notNumbers"),
        (b"ax,ay,az\n" + b"1,2,3\n" * 7, "tooShort"),
        (b"ax,ay,az\n1,2,3,4\n", "notTable"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, says: str, tmp_path: Path) -> None:
    """By a reason that the page has words for; Python refuses it too."""
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    assert node(tmp_path, [(path, WINDOW)]) == [says]
    with pytest.raises(Exception, match=r"bad\.csv"):
        tables.inputs(WINDOW, path)


def test_scaling_of_columns(tmp_path: Path) -> None:
    """Each column by its own mean and deviation, to the last bit, and its code."""
    rng = np.random.default_rng(3)
    task = Arrays((50, 3), Scaling((0.1, -7.3, 9.81), (0.3, 1e-3, 33.3)))
    values = (rng.normal(0, 10, (4, 50, 3))).astype(np.float32)
    values[0, 0] = np.nan
    script = tmp_path / "scale.mjs"
    root = Path(__file__).parents[2] / "runtime/web/app"
    script.write_text(
        f'import {{ quantized, real }} from "{root}/scaling.js";'
        'import { readFileSync } from "node:fs";'
        "const all = new Float32Array(new Uint8Array(readFileSync(process.argv[2])).buffer);"
        f"const values = real(all, {json.dumps(task.describe()['scaling'])});"
        "const codes = quantized(values, {scale: 0.37, zero_point: -3, type: 'int8'});"
        "for (const one of [values, codes]) process.stdout.write(Buffer.from(one.buffer));"
    )
    (tmp_path / "values").write_bytes(values.tobytes())
    words = ["node", script, tmp_path / "values"]
    found = subprocess.run(words, capture_output=True, check=True).stdout
    real = task.real(values)
    codes = image.quantize(real, 0.37, -3, np.dtype(np.int8))
    expected = real.tobytes() + codes.tobytes()
    numbers = np.frombuffer(found[: real.nbytes], np.float32)
    same = np.array_equal(numbers, real.ravel(), equal_nan=True)
    assert same
    assert found[real.nbytes :] == expected[real.nbytes :]
