"""Finding, downloading and splitting the data."""

import gzip
import hashlib
import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from runtime import mnist as mnist_files
from runtime.dataset import Examples
from runtime.errors import DataError
from runtime.mnist import IdxFile
from runtime.reading import Source
from train import data, download

CONTENT = {name: name.encode() * 500 for name in ("a", "b")}


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two small files in MNIST's place."""
    table = {
        name: IdxFile(name, hashlib.sha256(content).hexdigest(), len(content))
        for name, content in CONTENT.items()
    }
    monkeypatch.setattr(download, "MNIST", table)
    monkeypatch.setattr(mnist_files, "MNIST", table)


@pytest.fixture
def mirror(tmp_path: Path, files: None) -> Iterator[tuple[str, Path]]:  # noqa: ARG001
    """A web server with the files, and the folder it serves."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    for name, content in CONTENT.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(content))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", folder
    server.shutdown()
    server.server_close()


@pytest.fixture
def silent() -> Iterator[str]:
    """A mirror that accepts connections and never answers."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


def test_download_brings_every_file(mirror: tuple[str, Path], tmp_path: Path) -> None:
    """What the mirror has lies in the cache afterwards, and nothing else does."""
    download.mnist(tmp_path / "cache", [mirror[0]])
    got = {p.name: gzip.decompress(p.read_bytes()) for p in (tmp_path / "cache").iterdir()}
    assert got == {f"{name}.gz": content for name, content in CONTENT.items()}


def test_dead_and_silent_mirrors_do_not_keep_a_live_one_waiting(
    mirror: tuple[str, Path], silent: str, tmp_path: Path
) -> None:
    """The mirror that answers first serves."""
    download.mnist(tmp_path / "cache", ["http://127.0.0.1:9/", silent, mirror[0]])
    assert len(list((tmp_path / "cache").iterdir())) == 2


@pytest.mark.usefixtures("files")
def test_mirrors_that_do_not_answer_are_given_up(silent: str, tmp_path: Path) -> None:
    """The default patience is below the ten seconds that are promised, and it is kept."""
    assert download.PATIENCE < 10
    start = time.monotonic()
    with pytest.raises(DataError, match="no mirror"):
        download.mnist(tmp_path / "cache", [silent, silent], patience=0.3)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("damage", ["other content", "not gzip", "gone"])
def test_a_bad_download_leaves_nothing(
    mirror: tuple[str, Path], tmp_path: Path, damage: str
) -> None:
    """A file that is not the original is refused by its address and not kept."""
    path = mirror[1] / "b.gz"
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(gzip.compress(b"tampered") if damage == "other content" else b"<html>")
    with pytest.raises(DataError, match=r"b\.gz"):
        download.mnist(tmp_path / "cache", [mirror[0]])
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["a.gz"]


@pytest.mark.usefixtures("no_mnist")
def test_without_mnist_and_network_the_embedded_digits_serve(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The fallback says on the console that this is not MNIST."""
    found = data.load()
    assert not found.is_mnist
    assert "not MNIST" in found.summary()
    assert "not MNIST" in capsys.readouterr().out
    assert len(found.train) + len(found.validation) + len(found.test) == 1_797


def test_embedded_digits_are_those_of_scikit_learn() -> None:
    """The sha256 was taken from scikit-learn's load_digits(), as uint8, images then labels."""
    with np.load(Path(data.__file__).with_name("digits.npz")) as file:
        images, labels = file["images"], file["labels"]
    assert hashlib.sha256(images.tobytes()).hexdigest() == (
        "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3"
    )
    assert hashlib.sha256(labels.tobytes()).hexdigest() == (
        "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0"
    )


def test_embedded_digits_look_like_mnist() -> None:
    """Ink fills 20 pixels along its longer side, its centre of mass on the middle pixel."""
    digits = data.embedded()
    weight = digits.inputs.sum(axis=(1, 2))
    rows = (digits.inputs.sum(axis=2) * np.arange(28)).sum(axis=1) / weight
    columns = (digits.inputs.sum(axis=1) * np.arange(28)).sum(axis=1) / weight
    assert rows.min() > 13.4
    assert rows.max() < 14.6
    assert columns.min() > 13.4
    assert columns.max() < 14.6
    inked = (digits.inputs > 40).any(axis=2).sum(axis=1)
    assert np.median(inked) in (19, 20, 21)


def test_split_is_disjoint_complete_and_repeatable() -> None:
    """Every image is in exactly one part, every class in every part, and always the same."""
    digits = data.embedded()
    first, second = data.split(digits), data.split(digits)
    parts = (first.train, first.validation, first.test)
    everything = sorted(image.tobytes() for part in parts for image in part.inputs)
    assert everything == sorted(image.tobytes() for image in digits.inputs)
    assert all(set(part.labels) == set(range(10)) for part in parts)
    assert first.sha256 == second.sha256


def test_mnist_holds_five_thousand_training_images_out(mnist: Examples) -> None:
    """55,000 to train on, 5,000 held out, and the test set as it is."""
    found = data.load()
    assert (len(found.train), len(found.validation), len(found.test)) == (55_000, 5_000, 10_000)
    assert np.array_equal(found.test.inputs, mnist.inputs)
    assert found.is_mnist


def test_class_with_too_few_pictures_is_refused(class_folder: Path) -> None:
    """The message names the class and how many it needs."""
    (class_folder / "ring" / "0.png").unlink()
    with pytest.raises(DataError, match=r"ring.*9 examples"):
        data.load(Source(class_folder))
