"""Reading labelled digits: IDX files, their checks, and folders of pictures."""

import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest

from runtime import dataset, reading
from runtime import mnist as mnist_files
from runtime.errors import DataError
from runtime.mnist import IdxFile
from runtime.tasks.digits import TASK


def idx(array: np.ndarray) -> bytes:
    """``array`` as an IDX file, written from the format's description."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in MNIST's layout with 12 test images, and the checksums to go with it."""
    rng = np.random.default_rng(3)
    images = rng.integers(0, 256, (12, 28, 28), np.uint8)
    labels = rng.integers(0, 10, 12).astype(np.uint8)
    table = {}
    for part in ("train", "test"):
        for kind, array in (("images", images), ("labels", labels)):
            content = idx(array)
            file = IdxFile(f"{part}-{kind}", hashlib.sha256(content).hexdigest(), len(content))
            (tmp_path / file.name).write_bytes(content)
            table[f"{part} {kind}"] = file
    monkeypatch.setattr(mnist_files, "MNIST", table)
    return tmp_path


def test_idx_is_read_as_numpy_wrote_it(tiny: Path) -> None:
    """Pixels and labels come back exactly."""
    digits = mnist_files.read_mnist(tiny, "test")
    expected = np.random.default_rng(3).integers(0, 256, (12, 28, 28), np.uint8)
    assert np.array_equal(digits.inputs, expected)
    assert digits.labels.dtype == np.int64
    assert len(digits) == 12


def test_gzip_files_serve_as_well(tiny: Path) -> None:
    """A file may be plain or gzip."""
    plain = mnist_files.read_mnist(tiny, "test")
    path = tiny / "test-images"
    (tiny / "test-images.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    assert np.array_equal(mnist_files.read_mnist(tiny, "test").inputs, plain.inputs)


@pytest.mark.parametrize("damage", ["cut", "flip", "longer", "gone", "bad gzip", "gzip bomb"])
def test_damaged_file_is_refused_by_name(tiny: Path, damage: str) -> None:
    """Whatever was done to a file, the message names it."""
    path = tiny / "test-images"
    content = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(content[:-100])
    elif damage == "flip":
        content[500] ^= 1
        path.write_bytes(content)
    elif damage == "longer":
        path.write_bytes(content + b"x")
    else:
        path.unlink()
        packed = gzip.compress(bytes(content))
        if damage == "bad gzip":
            (tiny / "test-images.gz").write_bytes(packed[:-20])
        elif damage == "gzip bomb":
            (tiny / "test-images.gz").write_bytes(gzip.compress(bytes(1 << 24)))
    with pytest.raises(DataError, match="test-images"):
        mnist_files.read_mnist(tiny, "test")


def test_real_mnist_has_the_known_first_label(mnist: dataset.Examples) -> None:
    """The first test image of MNIST is a seven; there are 980 zeros and 10,000 images."""
    assert mnist.labels[0] == 7
    assert np.sum(mnist.labels == 0) == 980
    assert mnist.inputs.shape == (10_000, 28, 28)


@pytest.mark.parametrize(
    "content", [b"", b"\0\0", b"\0\0\x09\x01\0\0\0\x01x", b"\0\0\x08\x01\0\0\0\x09x"]
)
def test_what_is_not_idx_is_refused(content: bytes) -> None:
    """Wrong magic, wrong type and a size that does not fit are errors that name the file."""
    with pytest.raises(DataError, match=r"some\.idx"):
        mnist_files.parse_idx(content, Path("some.idx"))


def test_option_wins_over_environment_over_cache(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The data's folder is the option, else the variable, else the complete cache, else none."""
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv(dataset.ENVIRONMENT, str(other))
    assert reading.find(tiny) == tiny
    assert reading.find(None) == other
    monkeypatch.delenv(dataset.ENVIRONMENT)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert reading.find(None) is None
    cache = mnist_files.cache_folder()
    cache.parent.mkdir(parents=True)
    cache.symlink_to(tiny)
    assert reading.find(None) == cache


def test_a_named_folder_that_is_not_there_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Data that was asked for is never replaced silently."""
    with pytest.raises(DataError, match="--data"):
        reading.find(tmp_path / "nowhere")
    monkeypatch.setenv(dataset.ENVIRONMENT, str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=dataset.ENVIRONMENT):
        reading.find(None)


def read_folder(folder: Path, *, strict: bool = True) -> dataset.Examples:
    """All of a folder's digits."""
    return reading.parts(TASK, reading.Source(folder, strict=strict))[reading.ALL]


def test_folder_classes_are_its_subfolders(class_folder: Path) -> None:
    """Names are the subfolders', sorted; every picture is there, labelled by its folder."""
    digits = read_folder(class_folder)
    assert digits.names == ("bar", "ring")
    assert digits.labels.tolist() == [0] * 10 + [1] * 10
    assert digits.inputs.shape == (20, 28, 28)
    # A ring has paper in its middle, a bar has ink there.
    middle = digits.inputs[:, 12:16, 13:15].max(axis=(1, 2))
    assert middle[:10].min() > 200
    assert middle[10:].max() < 50


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda f: (f / "ring" / "0.png").write_bytes(b"not a picture"), "0.png"),
        (lambda f: [p.unlink() for p in (f / "ring").iterdir()], "ring"),
        (lambda f: (f / "ring").rename(f.parent / "elsewhere"), "1 class"),
    ],
    ids=["broken picture", "empty class", "one class"],
)
def test_folder_that_cannot_serve_is_refused(class_folder: Path, spoil, named: str) -> None:
    """The message names the picture, the class or the count that is wrong."""
    spoil(class_folder)
    with pytest.raises(DataError, match=named):
        read_folder(class_folder)


def test_hidden_files_are_passed_over(class_folder: Path) -> None:
    """What a file manager leaves behind is not a picture."""
    (class_folder / "ring" / ".DS_Store").write_bytes(b"\0")
    (class_folder / ".cache").mkdir()
    assert len(read_folder(class_folder)) == 20
