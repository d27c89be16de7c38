"""Data of every kind of file, written by Python's csv module, by NumPy and by Pillow."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from runtime import interpreter, reading
from runtime.dataset import Examples
from runtime.errors import DataError
from runtime.reading import ALL, Source, propose, raw
from runtime.tasks.photo import Photo
from runtime.tasks.scaling import NAMED
from runtime.tasks.tensor import Arrays
from tests.tiny import PHOTO, ROW, WINDOW
from train import data

RNG = np.random.default_rng(11)


def table(path: Path, rows: list[list[Any]], delimiter: str = ",") -> Path:
    """Rows as a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def whole(task: Any, path: Path, **how: Any) -> Examples:
    """All of a file that has no parts."""
    return reading.parts(task, Source(path, **how))[ALL]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_as_it_was_written(tmp_path: Path, delimiter: str) -> None:
    """Numbers to the last bit of float32, classes in their order, the label's column apart."""
    values = RNG.normal(0, 100, (20, 6))
    rows = [[*row, ("walk", "sit")[n % 2]] for n, row in enumerate(values.tolist())]
    path = table(tmp_path / "t.csv", [[*"abcdef", "label"], *rows], delimiter)
    found = whole(ROW, path)
    assert np.array_equal(found.inputs, values.astype(np.float32))
    assert found.names == ("sit", "walk")
    assert [found.names[label] for label in found.labels] == ["walk", "sit"] * 10


def test_a_table_without_a_header_or_with_targets(tmp_path: Path) -> None:
    """A last column of texts is the class; named columns are what a regression gives."""
    rows = [[1.5, 2, 3, 4, 5, 6, "a"], [2.5, 2, 3, 4, 5, 6, "b"]]
    found = whole(ROW, table(tmp_path / "bare.csv", rows))
    assert (found.names, found.inputs[:, 0].tolist()) == (("a", "b"), [1.5, 2.5])
    named = [["s", *"abcdef", "l"], [0.25, 1, 2, 3, 4, 5, 6, 0.5]]
    found = whole(ROW, table(tmp_path / "t.csv", named), targets=("l", "s"))
    assert found.targets is not None
    assert found.targets.tolist() == [[0.5, 0.25]]
    assert found.inputs.tolist() == [[1, 2, 3, 4, 5, 6]]


def recording(path: Path, rows: int = 600) -> Path:
    """Two classes in turns of 200 rows; every row is told apart by its first column."""
    content = [[n, -n, 2 * n, ("still", "walk")[n // 200 % 2]] for n in range(rows)]
    return table(path, [["x", "y", "z", "label"], *content])


def test_windows_are_consecutive_rows_of_one_class(tmp_path: Path) -> None:
    """Twelve rows, six further each time, none across a change of the class; so asks the task."""
    path = recording(tmp_path / "w.csv")
    found = whole(WINDOW, path)
    assert np.array_equal(found.inputs, whole(WINDOW, path, window=12, step=6).inputs)
    starts = found.inputs[:, 0, 0].astype(int)
    for start, window, label in zip(starts, found.inputs, found.labels, strict=True):
        expected = np.arange(start, start + 12)
        assert np.array_equal(window, np.stack([expected, -expected, 2 * expected], axis=1))
        assert set(expected // 200 % 2) == {label}


def test_no_row_is_in_two_parts(tmp_path: Path) -> None:
    """Windows that overlap or touch stay together, whatever part they fall into."""
    rows = 3000
    content = [[n, 0, 0, ("still", "walk")[n // 1500]] for n in range(rows)]
    path = table(tmp_path / "w.csv", [["x", "y", "z", "label"], *content])
    found = data.load(Source(path, window=12, step=4), WINDOW)
    used = [
        set(part.inputs[:, :, 0].astype(int).ravel().tolist())
        for part in (found.train, found.validation, found.test)
    ]
    assert not used[0] & used[1]
    assert not used[0] & used[2]
    assert not used[1] & used[2]
    assert all(set(part.labels) == {0, 1} for part in (found.train, found.validation, found.test))
    assert len(used[0] | used[1] | used[2]) > 0.9 * rows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b,c,d,e,f,label\n1,2,3,4,5,6,x\n1,2,oops,4,5,6,y\n", "line 3, column 'c': 'oops'"),
        ("a,b,c,d,e,f,label\n1,2,3,4,5,6,x\n1,2,3,4,5,y\n", "line 3: 6 cells"),
        ("a,b,c,d,e,f,label\n1,2,3,4,5,nan,x\n", "line 2, column 'f': 'nan'"),
        ("a,b,c,d,e,f,label\n1,2,3,4,5,,x\n", "line 2, column 'f': ''"),
        ("a,b,c,d,e,f,label\n1,2,3,4,5,6,\n", "line 2: the class is missing"),
        ("a,b,c,d,e,f,label\n1,2,3,4,5,6,x\n1,2,3,4,5,6,X\n", "the classes 'X' and 'x'"),
        ("a,a,c,d,e,f,label\n1,2,3,4,5,6,x\n", "the columns 'a' and 'a'"),
        ("a,b,c,d,e,f,label\n1e300,2,3,4,5,6,x\n", "numbers up to"),
        ("a,b,c,d,e,label\n1,2,3,4,5,x\n", r"\[5\], \[6\] is needed"),
        ("a,b,c,d,e,f,label\n", "a header and no row"),
        ("", "is empty"),
    ],
)
def test_a_table_that_cannot_serve_is_named(tmp_path: Path, text: str, said: str) -> None:
    """With its file, and where it can be with line and column."""
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with np.errstate(all="ignore"), pytest.raises(DataError, match=said) as caught:
        whole(ROW, path)
    assert str(path) in str(caught.value)


def test_arrays_are_read_by_their_usual_names(tmp_path: Path) -> None:
    """Inputs, answers as numbers, names or one-hot, parts of a split, and values."""
    x, y = RNG.normal(0, 1, (8, 6)).astype(np.float32), np.arange(8) % 3
    for answers in (y, np.eye(3)[y], np.array(["a", "b", "c"])[y]):
        np.savez(tmp_path / "x.npz", inputs=x, labels=answers)
        found = whole(ROW, tmp_path / "x.npz")
        assert np.array_equal(found.inputs, x)
        assert found.labels.tolist() == y.tolist()
    np.savez(tmp_path / "x.npz", x_train=x, y_train=y, x_test=x[:3], y_test=y[:3])
    split = reading.parts(ROW, Source(tmp_path / "x.npz"))
    assert {name: len(part) for name, part in split.items()} == {"train": 8, "test": 3}
    values = RNG.normal(0, 1, (8, 2)).astype(np.float32)
    np.savez(tmp_path / "x.npz", x=x, y=values)
    assert np.array_equal(whole(ROW, tmp_path / "x.npz").targets, values)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"foo": np.zeros(3), "bar": np.zeros(3)}, "the arrays foo, bar: call the inputs x"),
        ({}, "has no arrays"),
        ({"x": np.zeros((0, 6)), "y": np.zeros(0, int)}, "has no example"),
        ({"x": np.zeros((4, 6)), "y": np.zeros(3, int)}, "4 inputs and 3 answers"),
        ({"x": np.zeros((4, 6)), "y": np.array([0, -1, 0, 1])}, "class numbers from 0"),
        ({"x": np.zeros((4, 6)), "y": np.array([0, 1_000_000, 0, 1])}, "has the class 1000000"),
        ({"x": np.full((4, 6), np.nan), "y": np.zeros(4, int)}, r"nan at \[0, 0\]"),
        ({"x": np.full((4, 6), 1e300), "y": np.zeros(4, int)}, r"1e\+300 at \[0, 0\]"),
        ({"x": np.zeros((4, 6)), "y": np.full((4, 1), np.inf)}, "answer 0 is not a finite"),
        ({"x": np.array([["a"] * 6] * 4), "y": np.zeros(4, int)}, "numbers are needed"),
        ({"x": np.array([{}], object)}, "is not a .npz or .npy of numbers"),
        ({"x": np.zeros((4, 7)), "y": np.zeros(4, int)}, r"\[7\], \[6\] is needed"),
        ({"x": np.zeros((2, 6)), "y": np.array(["a", "A"])}, "the classes 'A' and 'a'"),
        ({"x": np.zeros((2, 6)), "y": np.array([0, 5]), "names": np.array(["a"])}, "class 5"),
    ],
)
def test_arrays_that_cannot_serve_are_named(
    tmp_path: Path, arrays: dict[str, Any], said: str
) -> None:
    """In one line, with the file."""
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(DataError, match=said) as caught:
        whole(ROW, tmp_path / "bad.npz")
    assert "bad.npz" in str(caught.value)
    assert "\n" not in str(caught.value)


def pictures(folder: Path, classes: dict[str, int], side: int = 16) -> Path:
    """A folder of random pictures for each class."""
    for name, count in classes.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            pixels = RNG.integers(0, 256, (side, side, 3), np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number:03}.png")
    return folder


def test_pictures_of_the_size_come_as_they_are(tmp_path: Path) -> None:
    """Pixels as Pillow has them, in the order of the names."""
    folder = pictures(tmp_path / "p", {"ox": 2, "cow": 3})
    found = whole(PHOTO, folder)
    assert found.names == ("cow", "ox")
    assert found.labels.tolist() == [0, 0, 0, 1, 1]
    for pixels, file in zip(found.inputs, found.files, strict=True):
        assert np.array_equal(pixels, np.asarray(Image.open(file)))


def test_what_cannot_serve_in_a_folder_is_told_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Broken, blank and other files are left out, or an error with --strict."""
    folder = pictures(tmp_path / "p", {"ox": 3, "cow": 3})
    (folder / "ox/broken.png").write_bytes((folder / "ox/000.png").read_bytes()[:60])
    (folder / "ox/empty.png").write_bytes(b"")
    (folder / "cow/notes.txt").write_text("hello")
    Image.new("RGB", (16, 16), (9, 9, 9)).save(folder / "cow/blank.png")
    assert len(whole(PHOTO, folder)) == 6
    told = capsys.readouterr().out
    for name in ("ox/broken.png", "ox/empty.png", "cow/notes.txt", "cow/blank.png is blank"):
        assert name in told
    assert "left out in all: 4; --strict" in told
    with pytest.raises(DataError, match=r"--strict"):
        whole(PHOTO, folder, strict=True)


def test_a_class_without_a_picture_and_two_of_one_name_are_refused(tmp_path: Path) -> None:
    """The folder is named."""
    folder = pictures(tmp_path / "p", {"ox": 2, "cow": 0})
    with pytest.raises(DataError, match=r"p/cow holds no picture"):
        whole(PHOTO, folder)
    pictures(folder, {"Ox": 1})
    if len(list(folder.iterdir())) == 3:  # where the file system tells the two apart
        with pytest.raises(DataError, match="the classes 'Ox' and 'ox'"):
            whole(PHOTO, folder)


def test_small_classes_are_left_out_or_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With their count; labels then count the classes that stay."""
    folder = pictures(tmp_path / "p", {"ant": 10, "bee": 4, "cow": 12})
    found = data.load(Source(folder), PHOTO)
    assert found.names == ("ant", "cow")
    assert {label for part in (found.train, found.test) for label in part.labels.tolist()} == {0, 1}
    assert len(found.train) + len(found.validation) + len(found.test) == 22
    assert "left out: class 'bee' has 4 examples, it needs 10" in capsys.readouterr().out
    with pytest.raises(DataError, match="class 'bee' has 4 examples"):
        data.load(Source(folder, strict=True), PHOTO)


def test_leaks_are_counted_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three test pictures that are in training as well, by their paths."""
    pictures(tmp_path / "p/train", {"ox": 10, "cow": 10})
    pictures(tmp_path / "p/test", {"ox": 5, "cow": 5})
    copied = ["ox/001.png", "ox/004.png", "cow/002.png"]
    for name in copied:
        (tmp_path / "p/test" / name).write_bytes((tmp_path / "p/train" / name).read_bytes())
    found = data.load(Source(tmp_path / "p"), PHOTO)
    leaked = {str(Path(name).relative_to(tmp_path / "p/test")) for name in found.leaks
              if "/test/" in name}  # fmt: skip
    assert leaked == set(copied)
    assert f"{len(found.leaks)} pictures for validation or testing" in capsys.readouterr().out


def test_the_task_is_proposed_by_the_data(tmp_path: Path) -> None:
    """Tables are arrays, folders of words pictures, arrays of bytes pictures, floats arrays."""
    found = propose.task("", Source(recording(tmp_path / "w.csv"), window=12), None)
    assert isinstance(found, Arrays)
    assert (found.shape, found.columns, found.step) == ((12, 3), ("x", "y", "z"), 6)
    folder = pictures(tmp_path / "p", {"ox": 2, "cow": 2})
    assert propose.task("", Source(folder), None).shape == (16, 16, 3)
    np.savez(tmp_path / "u.npz", x=np.zeros((2, 9, 9), np.uint8), y=np.arange(2))
    assert propose.task("", Source(tmp_path / "u.npz"), None).describe()["kind"] == "image"
    np.savez(tmp_path / "f.npz", x=np.zeros((2, 9, 9), np.float32), y=np.arange(2))
    assert propose.task("", Source(tmp_path / "f.npz"), None).describe()["kind"] == "tensor"


def test_grey_arrays_for_a_colour_network_are_refused(tmp_path: Path) -> None:
    """The number of channels is said of both."""
    np.savez(tmp_path / "u.npz", x=np.zeros((2, 16, 16), np.uint8), y=np.arange(2))
    with pytest.raises(DataError, match="1 channels, the network takes 3"):
        whole(PHOTO, tmp_path / "u.npz")
    grey = Photo((16, 16, 1), NAMED["0..1"])
    assert whole(grey, tmp_path / "u.npz").inputs.shape == (2, 16, 16, 1)


def test_a_file_to_predict_has_one_example_or_several(tmp_path: Path) -> None:
    """An array of exactly the network's shape is one; windows of a table are several."""
    one = RNG.normal(0, 1, (12, 3)).astype(np.float32)
    np.save(tmp_path / "one.npy", one)
    assert np.array_equal(WINDOW.read(tmp_path / "one.npy"), one[None])
    assert WINDOW.read(recording(tmp_path / "w.csv")).shape == (99, 12, 3)
    np.save(tmp_path / "none.npy", np.zeros((0, 12, 3)))
    with pytest.raises(DataError, match="no example"):
        WINDOW.read(tmp_path / "none.npy")
    with pytest.raises(DataError, match="no file of arrays"):
        WINDOW.read(tmp_path / "one.png")


def test_raw_inputs_may_be_real(tmp_path: Path) -> None:
    """Floats are quantized for an int8 input, by rounding to the nearest step."""
    tensor = interpreter.Tensor("serving_default_x:0", (1, 5), np.dtype(np.int8), 0.5, 3)
    reals = RNG.normal(0, 20, (4, 5))
    np.savez(tmp_path / "x.npz", x=reals)
    (found,) = raw.load(tmp_path / "x.npz", [tensor], reals=True)
    assert np.array_equal(found[:, 0], np.clip(np.rint(reals / 0.5) + 3, -128, 127))
    with pytest.raises(DataError, match=r"float64, the model takes int8.*quantize"):
        raw.load(tmp_path / "x.npz", [tensor])
    np.savez(tmp_path / "x.npz", x=np.full((4, 5), np.nan))
    with pytest.raises(DataError, match="has nan at"):
        raw.load(tmp_path / "x.npz", [tensor], reals=True)
